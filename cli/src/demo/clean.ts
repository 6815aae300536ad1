import type { Io } from '../terminal/io.ts'
import { formatBytes, measureCaches, removeCaches, sizeOf } from './caches.ts'
import { removeState, stateDirectory } from './state.ts'

/** Options for {@link clean}. */
export interface CleanOptions {
  /** Parent of the folder with the state, absolute; the checkout when absent. */
  readonly stateIn: string | undefined
  /** Whether to remove built programs too. */
  readonly withCaches: boolean
}

/**
 * Removes the state of earlier runs and prints its size.
 *
 * @throws Error if a demo or a build is running; its files are kept.
 */
export async function clean({ stateIn, withCaches }: CleanOptions, io: Io): Promise<void> {
  const directory = stateDirectory(stateIn)
  const bytes = await sizeOf(directory)
  await removeState(directory)
  io.stdout(`Removed ${directory} (${formatBytes(bytes)}).\n`)
  const caches = await measureCaches(process.env)
  const size = formatBytes(caches.bytes)
  if (!withCaches) {
    io.stdout(
      `Kept the built programs (${size} in ${caches.directory}); --caches removes them too.\n`,
    )
    return
  }
  await removeCaches(process.env)
  io.stdout(
    `Removed ${caches.directory} (${size}). To remove Go's own caches: go clean -cache -modcache\n`,
  )
}
