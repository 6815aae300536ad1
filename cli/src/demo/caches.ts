/**
 * Measures and removes the programs that demo and tests have built with Go, in the user's cache.
 *
 * @module
 */
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '@edge-issuer/testbed/files/error-code'
import { type FileLock, tryLock } from '@edge-issuer/testbed/files/file-lock'
import { BUILD_LOCK, cacheRoot } from '@edge-issuer/testbed/go-build/cached-build'

/** Path and size of the caches. */
export interface Caches {
  readonly directory: string
  readonly bytes: number
}

/** Adds up the sizes of all files. */
export async function measureCaches(env: NodeJS.ProcessEnv): Promise<Caches> {
  const directory = cacheRoot(env)
  return { directory, bytes: await sizeOf(directory) }
}

/**
 * Removes all built programs. Running programs are not affected; the next run of the demo builds again.
 *
 * @throws Error if another process is building; nothing is removed then.
 */
export async function removeCaches(env: NodeJS.ProcessEnv): Promise<void> {
  const directory = cacheRoot(env)
  const locks: FileLock[] = []
  try {
    for (const name of await foldersIn(directory)) {
      const attempt = await tryLock(join(directory, name, BUILD_LOCK))
      if (attempt.kind === 'held') {
        throw new Error(
          `process ${String(attempt.pid)} is building in ${join(directory, name)}; retry when it has finished`,
        )
      }
      locks.push(attempt.lock)
    }
    await rm(directory, { recursive: true, force: true })
  } finally {
    for (const lock of locks) await lock.release()
  }
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  const entries = await entriesIn(directory)
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

async function entriesIn(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
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
