/**
 * A lock that is a file, held by a process. It appears in one step together with its owner's pid, so
 * that a lock whose owner died can be told from one that is held. Processes in different pid
 * namespaces must not share one.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { link, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrorCode } from './error-code.ts'
import { isProcessAlive } from './process-alive.ts'
import { readIfThere } from './read-if-there.ts'

const POLL_INTERVAL_MS = 200

/** A lock that this process holds. */
export interface FileLock {
  /** Gives the lock back; harmless when called twice. */
  readonly release: () => Promise<void>
}

/** The lock, or the pid of the process that holds it. */
export type LockAttempt =
  | { readonly kind: 'acquired'; readonly lock: FileLock }
  | { readonly kind: 'held'; readonly pid: number }

/** Takes the lock if nobody holds it. A lock left behind by a dead process is broken. */
export async function tryLock(path: string): Promise<LockAttempt> {
  // A random part tells two locks of one process apart, and ours from that of a reused pid.
  const content = `${process.pid} ${randomUUID()}\n`
  for (;;) {
    if (await createWith(path, content)) return { kind: 'acquired', lock: lockOf(path, content) }
    const found = await readIfThere(path)
    if (found === undefined) continue
    const pid = Number.parseInt(found, 10)
    if (await isProcessAlive(pid)) return { kind: 'held', pid }
    await breakLock(path, found)
  }
}

/** Takes the lock, waiting for as long as another process holds it; `onWait` hears of each such process once. */
export async function waitForLock(path: string, onWait: (pid: number) => void): Promise<FileLock> {
  let waitingFor: number | undefined
  for (;;) {
    const attempt = await tryLock(path)
    if (attempt.kind === 'acquired') return attempt.lock
    if (attempt.pid !== waitingFor) onWait(attempt.pid)
    waitingFor = attempt.pid
    await sleep(POLL_INTERVAL_MS)
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
    if (hasErrorCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Removes a stale lock. Between our look at it and now another process may have broken it and taken the
 * lock: what was moved aside is therefore looked at again, and put back if it is not what we saw.
 */
async function breakLock(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
    if ((await readIfThere(aside)) !== stale) await link(aside, path)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT') && !hasErrorCode(error, 'EEXIST')) throw error
  } finally {
    await rm(aside, { force: true })
  }
}
