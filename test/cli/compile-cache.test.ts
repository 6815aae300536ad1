import { describe, it } from 'vitest'
import { compileCacheFolder } from '../../cli/src/compile-cache.ts'
import { unsupportedNode } from '../../cli/src/node-version.ts'

describe('the folder for compiled code', () => {
  it.for([
    { env: { HOME: '/home/a' }, folder: '/home/a/.cache/edge-issuer/compiled' },
    { env: { HOME: '/home/a', XDG_CACHE_HOME: '/c' }, folder: '/c/edge-issuer/compiled' },
    { env: { HOME: '/home/a', XDG_CACHE_HOME: '' }, folder: '/home/a/.cache/edge-issuer/compiled' },
    // The specification ignores relative paths.
    {
      env: { HOME: '/home/a', XDG_CACHE_HOME: 'c' },
      folder: '/home/a/.cache/edge-issuer/compiled',
    },
    { env: { HOME: '' }, folder: undefined },
    { env: {}, folder: undefined },
  ])('is $folder for $env', ({ env, folder }, { expect }) => {
    expect(compileCacheFolder(env)).toBe(folder)
  })
})

describe('the version of Node.js', () => {
  it.for(['22.19.0', '22.20.1', '23.0.0', '24.21.0', '100.0.0'])(
    '%s is supported',
    (version, { expect }) => {
      expect(unsupportedNode(version)).toBeUndefined()
    },
  )

  it.for(['22.18.0', '21.99.0', '8.17.0', '0.12.18'])('%s is too old', (version, { expect }) => {
    expect(unsupportedNode(version)).toContain(`Node.js ${version} is too old; install`)
  })
})
