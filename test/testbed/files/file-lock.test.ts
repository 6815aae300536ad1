import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tryLock, waitForLock } from '@edge-issuer/testbed/files/file-lock'
import { afterEach, beforeEach, describe, it } from 'vitest'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-lock-test-'))
  path = join(folder, 'lock')
})
afterEach(async () => rm(folder, { recursive: true }))

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'])
  await once(child, 'close')
  return child.pid ?? 0
}

describe('tryLock', () => {
  it('holds the lock until it is released', async ({ expect }) => {
    const first = await tryLock(path)
    if (first.kind !== 'acquired') throw new Error('no other process holds it')
    expect(await tryLock(path)).toEqual({ kind: 'held', pid: process.pid })
    await first.lock.release()
    expect(await tryLock(path)).toMatchObject({ kind: 'acquired' })
  })

  it('names a living owner', async ({ expect }) => {
    await writeFile(path, `${process.ppid} of-someone-else\n`)
    expect(await tryLock(path)).toEqual({ kind: 'held', pid: process.ppid })
  })

  it('breaks the lock of a dead process', async ({ expect }) => {
    await writeFile(path, `${await deadPid()} left-behind\n`)
    expect(await tryLock(path)).toMatchObject({ kind: 'acquired' })
    expect(await readFile(path, 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  })

  it('goes on when a process died while it broke the lock', async ({ expect }) => {
    const pid = await deadPid()
    await writeFile(path, `${pid} left-behind\n`)
    await writeFile(`${path}.breaking`, `${pid} left-behind\n`)
    expect(await tryLock(path)).toMatchObject({ kind: 'acquired' })
    expect(await readdir(folder)).toEqual(['lock'])
  })

  it.for(['', 'no pid', '0 ', '-1 '])('breaks a lock that says %j', async (content, { expect }) => {
    await writeFile(path, content)
    expect(await tryLock(path)).toMatchObject({ kind: 'acquired' })
  })

  it('is taken by exactly one of many that find it stale', async ({ expect }) => {
    await writeFile(path, `${await deadPid()} left-behind\n`)
    const attempts = await Promise.all(Array.from({ length: 8 }, async () => tryLock(path)))
    expect(attempts.filter(({ kind }) => kind === 'acquired')).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['lock'])
  })

  it('leaves a lock alone that another process has taken over', async ({ expect }) => {
    const first = await tryLock(path)
    if (first.kind !== 'acquired') throw new Error('no other process holds it')
    await writeFile(path, '1 of-someone-else\n')
    await first.lock.release()
    expect(await readFile(path, 'utf8')).toBe('1 of-someone-else\n')
  })
})

describe('waitForLock', () => {
  it('waits for the owner, and says once for whom', async ({ expect }) => {
    const first = await tryLock(path)
    if (first.kind !== 'acquired') throw new Error('no other process holds it')
    const heard = Promise.withResolvers<number>()
    const waiting = waitForLock(path, heard.resolve)
    expect(await heard.promise).toBe(process.pid)
    await first.lock.release()
    await (await waiting).release()
    expect(await readdir(folder)).toEqual([])
  })
})

it('a wait for the lock ends by its signal, and the lock stays with its owner', async ({
  expect,
}) => {
  await writeFile(path, `${process.ppid} of-someone-else\n`)
  const controller = new AbortController()
  const reason = new Error('interrupted')
  const waiting = waitForLock(path, () => controller.abort(reason), controller.signal)
  await expect(waiting).rejects.toBe(reason)
  expect(await readFile(path, 'utf8')).toBe(`${process.ppid} of-someone-else\n`)
})
