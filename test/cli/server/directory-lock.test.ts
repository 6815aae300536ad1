import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { lockDataDirectory } from '../../../cli/src/server/directory-lock.ts'

const NOW_MS = Date.parse('2026-11-30T12:00:00Z')
const LOCK = { purpose: 'worker serve', nowMs: NOW_MS }
const MODULE = new URL('../../../cli/src/server/directory-lock.ts', import.meta.url).href

/** A user id that is not this process's. */
const OTHER_USER = 4242

const WAIT = 'setInterval(() => undefined, 1000)'

/** Takes the lock, prints the marker, and waits; its child has the marker in a path of its command line. */
const HOLDER = `
  import { spawn } from 'node:child_process'
  const { lockDataDirectory } = await import(process.argv[1])
  const lock = await lockDataDirectory(process.argv[2], { purpose: 'worker serve', nowMs: ${String(NOW_MS)} })
  const path = '/tmp/edge-issuer-' + lock.value.marker + '/worker-1.capnp'
  const child = spawn(process.execPath, ['-e', '${WAIT}', '--', path], { stdio: 'ignore' })
  console.log(JSON.stringify({ marker: lock.value.marker, child: child.pid }))
  ${WAIT}
`

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-lock-'))
})
afterEach(async () => rm(directory, { recursive: true }))

interface Holder {
  readonly process: ChildProcess
  readonly child: number
  readonly marker: string
}

async function startHolder(): Promise<Holder> {
  const args = ['--input-type=module', '-e', HOLDER, MODULE, directory]
  const command = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line]: unknown[] = await once(command.stdout, 'data')
  const { child, marker }: Omit<Holder, 'process'> = JSON.parse(String(line))
  return { process: command, child, marker }
}

async function kill9(holder: Holder): Promise<void> {
  holder.process.kill('SIGKILL')
  await once(holder.process, 'close')
}

it('a second process is refused, with the first one and its start', async ({ expect }) => {
  const holder = await startHolder()
  try {
    const second = await lockDataDirectory(directory, LOCK)
    expect(second).toEqual({
      ok: false,
      error: expect.stringContaining(
        `is in use by "edge-issuer worker serve", process ${String(holder.process.pid)} on `,
      ),
    })
    expect(second).toEqual({
      ok: false,
      error: expect.stringContaining('2026-11-30T12:00:00.000Z'),
    })
    expect(await isProcessAlive(holder.child)).toBe(true)
  } finally {
    await kill9(holder)
    process.kill(holder.child, 'SIGKILL')
  }
})

it('the lock ends with SIGKILL of its process, and the next one ends what that has left', async ({
  expect,
}) => {
  const holder = await startHolder()
  await kill9(holder)
  expect(await isProcessAlive(holder.child)).toBe(true)
  const next = await lockDataDirectory(directory, LOCK)
  if (!next.ok) throw new Error(next.error)
  using lock = next.value
  expect(lock.killed).toEqual([holder.child])
  expect(await isProcessAlive(holder.child)).toBe(false)
})

const start = (argument: string): ChildProcess =>
  spawn(process.execPath, ['-e', WAIT, '--', argument], { stdio: 'ignore' })

describe('a process with the marker', () => {
  it.for([
    ['in no path', (marker: string) => marker],
    ['in another path', (marker: string) => `/run/containerd/${marker}/shim.sock`],
    ['at the start of a name', (marker: string) => `/tmp/edge-issuer-${marker}0/worker-1.capnp`],
  ] as const)('%s is not ended', async ([, argument], { expect }) => {
    const holder = await startHolder()
    const other = start(argument(holder.marker))
    try {
      await kill9(holder)
      const next = await lockDataDirectory(directory, LOCK)
      if (!next.ok) throw new Error(next.error)
      using lock = next.value
      expect(lock.killed).toEqual([holder.child])
      expect(await isProcessAlive(other.pid ?? 0)).toBe(true)
    } finally {
      other.kill('SIGKILL')
    }
  })

  it('as the program of worker dev is ended', async ({ expect }) => {
    const holder = await startHolder()
    const workerd = start(`/project/.edge-issuer/workerd-${holder.marker}`)
    await kill9(holder)
    const next = await lockDataDirectory(directory, LOCK)
    if (!next.ok) throw new Error(next.error)
    using lock = next.value
    expect(new Set(lock.killed)).toEqual(new Set([holder.child, workerd.pid]))
  })

  it.skipIf(process.getuid?.() !== 0)(
    'of another user is not ended, also by root, and the lock is refused',
    async ({ expect }) => {
      const holder = await startHolder()
      await kill9(holder)
      process.kill(holder.child, 'SIGKILL')
      const path = `/tmp/edge-issuer-${holder.marker}/worker-1.capnp`
      const other = spawn('sleep', ['1000'], { argv0: path, stdio: 'ignore', uid: OTHER_USER })
      try {
        expect(await lockDataDirectory(directory, LOCK)).toEqual({
          ok: false,
          error: expect.stringContaining(`process ${String(other.pid)} of the last server`),
        })
        expect(await isProcessAlive(other.pid ?? 0)).toBe(true)
      } finally {
        other.kill('SIGKILL')
      }
    },
  )
})

it('a lock that was released can be taken again', async ({ expect }) => {
  const first = await lockDataDirectory(directory, LOCK)
  if (!first.ok) throw new Error(first.error)
  first.value[Symbol.dispose]()
  const second = await lockDataDirectory(directory, LOCK)
  if (!second.ok) throw new Error(second.error)
  using lock = second.value
  expect(lock.killed).toEqual([])
  expect(lock.marker).not.toBe(first.value.marker)
})

it('of processes that ask at once one gets it', async ({ expect }) => {
  const locks = await Promise.all(
    Array.from({ length: 8 }, async () => lockDataDirectory(directory, LOCK)),
  )
  const held = locks.filter(({ ok }) => ok)
  for (const lock of locks) if (lock.ok) lock.value[Symbol.dispose]()
  expect(held).toHaveLength(1)
})

it('a directory that cannot be written is an error about it', async ({ expect }) => {
  const lock = await lockDataDirectory(join(directory, 'missing'), LOCK)
  expect(lock).toEqual({ ok: false, error: expect.stringMatching(/cannot lock ".*lock\.sqlite"/) })
})
