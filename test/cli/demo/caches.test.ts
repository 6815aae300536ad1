import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { formatBytes, measureCaches, removeCaches } from '../../../cli/src/demo/caches.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

describe('formatBytes', () => {
  it.for([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [438_000_000, '438 MB'],
    [1_200_000_000, '1.2 GB'],
    [5e15, '5000 TB'],
  ] as const)('writes %d as %s', ([bytes, text], { expect }) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('the caches', () => {
  it('take nothing where there are none', async ({ expect, ...context }) => {
    const folder = await temporaryFolder(context)
    const env = { XDG_CACHE_HOME: join(folder, 'none') }
    expect(await measureCaches(env)).toEqual({
      directory: join(folder, 'none/edge-issuer'),
      bytes: 0,
    })
    await removeCaches(env)
  })

  it('are measured and removed, and nothing beside them', async ({ expect, ...context }) => {
    const folder = await temporaryFolder(context)
    const env = { XDG_CACHE_HOME: folder }
    await mkdir(join(folder, 'edge-issuer/a/b'), { recursive: true })
    await mkdir(join(folder, 'other'))
    await writeFile(join(folder, 'edge-issuer/a/one'), 'x'.repeat(300))
    await writeFile(join(folder, 'edge-issuer/a/b/two'), 'x'.repeat(700))
    expect((await measureCaches(env)).bytes).toBe(1000)
    await removeCaches(env)
    expect(await readdir(folder)).toEqual(['other'])
  })

  it('are kept while one of them is built', async ({ expect, ...context }) => {
    const folder = await temporaryFolder(context)
    for (const name of ['a', 'b']) {
      await mkdir(join(folder, 'edge-issuer', name), { recursive: true })
      await writeFile(join(folder, 'edge-issuer', name, 'one'), 'x')
    }
    await writeFile(join(folder, 'edge-issuer/b/build.lock'), `${String(process.pid)} x\n`)
    await expect(removeCaches({ XDG_CACHE_HOME: folder })).rejects.toThrow(
      `process ${String(process.pid)} is building in ${join(folder, 'edge-issuer/b')}`,
    )
    // The locks that were taken on the way are given back.
    expect(await readdir(join(folder, 'edge-issuer/a'))).toEqual(['one'])
    expect(await readdir(join(folder, 'edge-issuer/b'))).toEqual(['build.lock', 'one'])
  })
})

it('--caches needs --clean', async ({ expect, ...context }) => {
  const cwd = await temporaryFolder(context)
  const { exitCode: code, stderr } = await runCli(['demo', '--caches'], { cwd })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('--caches requires --clean'),
  })
})
