/**
 * Measures and removes the programs that demo and tests have built with Go, in the user's cache.
 *
 * @module
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes, type Io, sizeOf } from '@edge-issuer/cli/demo'
import { hasErrorCode } from '../files/error-code.ts'
import { type FileLock, tryLock } from '../files/file-lock.ts'
import { BUILD_LOCK, cacheRoot } from '../go-build/cached-build.ts'

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

/**
 * Removes the built programs, or prints that they are kept.
 *
 * @throws Error if another process is building; nothing is removed then.
 */
export async function cleanCaches(areRemoved: boolean, io: Io): Promise<void> {
  const { directory, bytes } = await measureCaches(process.env)
  const size = formatBytes(bytes)
  if (!areRemoved) {
    io.stdout(`Kept the built programs (${size} in ${directory}); --caches removes them too.\n`)
    return
  }
  await removeCaches(process.env)
  io.stdout(
    `Removed ${directory} (${size}). To remove Go's own caches: go clean -cache -modcache\n`,
  )
}
