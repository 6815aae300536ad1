import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../files/system-reason.ts'
import type { Io } from '../terminal/io.ts'
import { removeState, type StateOptions, stateDirectory } from './state.ts'

/**
 * Removes the state of earlier runs and prints its size.
 *
 * @throws Error if a demo is running; its files are kept.
 */
export async function clean(options: StateOptions, io: Io): Promise<void> {
  const directory = stateDirectory(options)
  const bytes = await sizeOf(directory)
  await removeState(directory)
  io.stdout(`Removed ${directory} (${formatBytes(bytes)}).\n`)
}

/** @returns Entries of a folder; none when it does not exist. */
async function entriesIn(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Sizes of all files below a folder, in bytes; 0 when it does not exist. */
export async function sizeOf(directory: string): Promise<number> {
  let bytes = 0
  for (const entry of await entriesIn(directory)) {
    const path = join(directory, entry.name)
    bytes += entry.isDirectory() ? await sizeOf(path) : (await lstat(path)).size
  }
  return bytes
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in decimal units: `438 MB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1)
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[power] ?? ''}`
}
