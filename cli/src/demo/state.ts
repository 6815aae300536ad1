/**
 * The folder with the state of the demo.
 *
 * @module
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileLock, tryLock } from '../processes/file-lock.ts'

/** Name of the folder below --state-in: `--clean` removes this folder, never the one that the user names. */
export const STATE_FOLDER = 'edge-issuer-demo'

/** Options for {@link stateDirectory}. */
export interface StateOptions {
  /** Parent of the folder, absolute. */
  readonly stateIn: string | undefined
  /** The folder without it. */
  readonly fallback: string
}

/** @returns Path of the folder. */
export const stateDirectory = ({ stateIn, fallback }: StateOptions): string =>
  stateIn === undefined ? fallback : join(stateIn, STATE_FOLDER)

/**
 * Creates and locks the folder.
 *
 * @throws Error if a demo is running in it
 */
export async function lockState(directory: string): Promise<FileLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const attempt = await tryLock(join(directory, 'lock'))
  if (attempt.kind === 'acquired') return attempt.lock
  throw new Error(
    `the demo in ${directory} is running as process ${String(attempt.pid)}; stop that process first`,
  )
}

/** Removes the folder. @throws Error if a demo is running in it */
export async function removeState(directory: string): Promise<void> {
  const lock = await lockState(directory)
  try {
    await rm(directory, { recursive: true, force: true })
  } finally {
    await lock.release()
  }
}
