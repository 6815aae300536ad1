import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { describe, it } from 'vitest'
import { formatBytes } from '../../../cli/src/demo/clean.ts'
import { measureCaches, removeCaches } from '../../../testbed/src/demo/caches.ts'
import { temporaryFolder } from '../../cli/support/run-cli.ts'

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
  const { code, stderr } = await runCommand({
    command: process.execPath,
    args: [
      fileURLToPath(new URL('../../../testbed/src/demo/main.ts', import.meta.url)),
      '--caches',
    ],
    cwd,
    env: { HOME: cwd },
  })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'edge-issuer demo: --caches requires --clean\n',
  })
})
