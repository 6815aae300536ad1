/**
 * The one folder that the demo leaves.
 *
 * @module
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileLock, tryLock } from '@edge-issuer/testbed/files/file-lock'

/** In the checkout; git ignores it. */
const DEFAULT = join(import.meta.dirname, '../../../.demo')
/** A name of its own: cleaning removes this folder, never the one that the user names. */
const FOLDER = 'edge-issuer-demo'

/** @param stateIn - The folder that a user names for it, absolute; a folder of the checkout when absent. */
export const stateDirectory = (stateIn: string | undefined): string =>
  stateIn === undefined ? DEFAULT : join(stateIn, FOLDER)

/**
 * Makes the folder, and keeps others out of it until the lock is released.
 *
 * @throws Error when a demo runs in it
 */
export async function lockState(directory: string): Promise<FileLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const attempt = await tryLock(join(directory, 'lock'))
  if (attempt.kind === 'acquired') return attempt.lock
  throw new Error(
    `the demo in ${directory} is running as process ${String(attempt.pid)}; end that process first`,
  )
}

/** Removes the folder. @throws Error when a demo runs in it */
export async function removeState(directory: string): Promise<void> {
  const lock = await lockState(directory)
  try {
    await rm(directory, { recursive: true, force: true })
  } finally {
    await lock.release()
  }
}
