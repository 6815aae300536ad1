/**
 * A lock that is a file, held by a process. It appears in one step together with its owner's pid, so
 * that a lock whose owner died differs from one that is held. Processes in different pid
 * namespaces must not share one.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfThere } from '../files/read-if-there.ts'
import { codeOf } from '../files/system-reason.ts'
import { isProcessAlive } from './process-alive.ts'

const POLL_INTERVAL_MS = 200
const TURN_INTERVAL_MS = 5

/** A lock that this process holds. */
export interface FileLock {
  /** Gives the lock back; harmless when called twice. */
  readonly release: () => Promise<void>
}

/** The lock, or the pid of the process that holds it. */
export type LockAttempt =
  | { readonly kind: 'acquired'; readonly lock: FileLock }
  | { readonly kind: 'held'; readonly pid: number }

/** Takes the lock if it is free. A lock left behind by a dead process is broken. */
export async function tryLock(path: string): Promise<LockAttempt> {
  const content = newContent()
  for (;;) {
    if (await createWith(path, content)) return { kind: 'acquired', lock: lockOf(path, content) }
    const found = await readIfThere(path)
    if (found === undefined) continue
    const pid = pidIn(found)
    if (await isProcessAlive(pid)) return { kind: 'held', pid }
    await breakLock(path, found)
  }
}

/**
 * Takes the lock, waiting for as long as another process holds it; `onWait` is called once for each such process.
 *
 * @param signal - Ends the wait: its reason is thrown.
 */
export async function waitForLock(
  path: string,
  onWait: (pid: number) => void,
  signal?: AbortSignal,
): Promise<FileLock> {
  let waitingFor: number | undefined
  for (;;) {
    const attempt = await tryLock(path)
    if (attempt.kind === 'acquired') return attempt.lock
    if (attempt.pid !== waitingFor) onWait(attempt.pid)
    waitingFor = attempt.pid
    await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined)
    signal?.throwIfAborted()
  }
}

function lockOf(path: string, content: string): FileLock {
  return {
    release: async () => {
      if ((await readIfThere(path)) === content) await rm(path, { force: true })
    },
  }
}

/** Creates the file with its content in one step, which writing alone would not. False when it exists. */
async function createWith(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, content)
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Removes a stale lock, one process at a time: between the check of the lock and its removal no one else
 * may break it and take it over. The others try again. Only a process that
 * dies in here, and two others that find that out at the same moment, could both get the lock.
 */
async function breakLock(path: string, stale: string): Promise<void> {
  const turn = `${path}.breaking`
  if (!(await createWith(turn, newContent()))) {
    const owner = await readIfThere(turn)
    if (owner !== undefined && !(await isProcessAlive(pidIn(owner))))
      await rm(turn, { force: true })
    await sleep(TURN_INTERVAL_MS)
    return
  }
  try {
    if ((await readIfThere(path)) === stale) await rm(path, { force: true })
  } finally {
    await rm(turn, { force: true })
  }
}

/** A random part distinguishes two locks of one process, and ours from that of a reused pid. */
function newContent(): string {
  return `${process.pid} ${randomUUID()}\n`
}

function pidIn(content: string): number {
  return Number.parseInt(content, 10)
}
