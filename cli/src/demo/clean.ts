import type { Io } from '../terminal/io.ts'
import { formatBytes, measureCaches, removeCaches, sizeOf } from './caches.ts'
import { removeState, stateDirectory } from './state.ts'

/** What to remove. */
export interface CleanOptions {
  /** Where the folder with the state is, absolute; the checkout when absent. */
  readonly stateIn: string | undefined
  /** Also what was built. */
  readonly withCaches: boolean
}

/**
 * Removes what earlier runs left, and says how much room that took.
 *
 * @throws Error when a demo runs, or a build; what it uses is kept.
 */
export async function clean({ stateIn, withCaches }: CleanOptions, io: Io): Promise<void> {
  const directory = stateDirectory(stateIn)
  const bytes = await sizeOf(directory)
  await removeState(directory)
  io.stdout(`Removed ${directory} (${formatBytes(bytes)}).\n`)
  const caches = await measureCaches(process.env)
  const size = formatBytes(caches.bytes)
  if (!withCaches) {
    io.stdout(`What was built is kept (${size} in ${caches.directory}); --caches removes it too.\n`)
    return
  }
  await removeCaches(process.env)
  io.stdout(
    `Removed ${caches.directory} (${size}). Go has caches of its own: go clean -cache -modcache\n`,
  )
}
