/**
 * Space that a data directory sets aside. SQLite needs some for each database that it opens, so that on a full disk
 * workerd could not start, and no health check would be answered.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { open, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DATA_PATHS } from './data-directory.ts'

/** Enough for about two hundred databases. */
export const RESERVE_BYTES = 8_388_608

const BYTES_PER_MB = 1_000_000

/** Gives the reserve up if the disk is full. @returns A warning then. @throws Error of the operating system */
export async function releaseReserve(directory: string): Promise<string | undefined> {
  const free = await freeBytes(directory)
  if (free >= RESERVE_BYTES) return undefined
  await rm(join(directory, DATA_PATHS.reserve), { force: true })
  const megabytes = (free / BYTES_PER_MB).toFixed(1)
  return `the disk of data directory "${directory}" is full (${megabytes} MB are free), so that requests may be refused; make room`
}

/** Sets the reserve aside if there is room for it. */
export async function keepReserve(directory: string): Promise<void> {
  const path = join(directory, DATA_PATHS.reserve)
  try {
    if ((await sizeOf(path)) === RESERVE_BYTES) return
    if ((await freeBytes(directory)) < 2 * RESERVE_BYTES) return
    const file = await open(path, 'w', 0o600)
    try {
      // No file system can compress that. With the sync it is allocated.
      await file.writeFile(randomBytes(RESERVE_BYTES))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch {
    await rm(path, { force: true })
  }
}

/** What other users than root can still write. */
async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

const sizeOf = async (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )
