import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStateDirectory } from '@edge-issuer/testbed/control-plane/state-directory'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { afterEach, beforeEach, describe, it } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-directory-test-'))
})
afterEach(async () => rm(folder, { recursive: true }))

describe('openStateDirectory', () => {
  it('lets no other user read the keys', async ({ expect }) => {
    const state = await openStateDirectory(join(folder, 'new'))
    expect((await stat(state.pki)).mode & 0o777).toBe(0o700)
  })

  it('is open for one at a time', async ({ expect }) => {
    const state = await openStateDirectory(folder)
    await expect(openStateDirectory(folder)).rejects.toThrow(
      `the control plane in ${folder} is in use by process ${process.pid}`,
    )
    await state.close()
    await (await openStateDirectory(folder)).close()
  })

  it('remembers the ports of a part', async ({ expect }) => {
    const first = await openStateDirectory(folder)
    expect(await first.rememberedPorts('etcd')).toEqual([])
    await first.rememberPorts('etcd', [1, 2])
    await first.close()
    const second = await openStateDirectory(folder)
    expect(await second.rememberedPorts('etcd')).toEqual([1, 2])
  })

  it('keeps a folder that the caller named, and deletes a temporary one', async ({ expect }) => {
    const named = await openStateDirectory(folder)
    const temporary = await openStateDirectory()
    await named.close()
    await temporary.close()
    expect(await fileExists(named.path)).toBe(true)
    expect(await fileExists(temporary.path)).toBe(false)
  })

  it('keeps a temporary folder that is only released', async ({ expect }) => {
    const state = await openStateDirectory()
    await state.release()
    expect(await fileExists(state.logs)).toBe(true)
    await rm(state.path, { recursive: true })
  })
})
