/**
 * One program at a time uses a data directory. The kernel holds the lock, so it ends with the process that took
 * it, however that ends.
 *
 * A worker's process can outlive the command that started it, when that is killed. The command line of such a
 * process has the marker of its command, by which the next holder of the lock finds and kills it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { DATA_PATHS } from './data-directory.ts'
import { killMarkedProcesses } from './marked-processes.ts'

/** A lock that this process holds. */
export interface DirectoryLock extends Disposable {
  /** To be in the command line of every process that writes to the directory. */
  readonly marker: string
  /** The marker of the last holder, which may have left files under it. */
  readonly lastMarker: string | undefined
  /** Ids of processes that the last holder left running, and that were killed. */
  readonly killed: readonly number[]
}

const holderSchema = z.object({
  pid: z.number(),
  host: z.string(),
  purpose: z.string(),
  /** RFC 3339. */
  since: z.string(),
  marker: z.string().regex(/^[0-9a-f]{16}$/),
})
type Holder = z.infer<typeof holderSchema>

/** How often another process may interfere while the lock is taken. */
const MAX_ATTEMPTS = 5

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6

/**
 * Takes the lock, and ends the processes that the last holder left running.
 *
 * @param purpose - For the message to another process, such as `worker serve`.
 * @returns The lock, or a message that says who has it.
 */
export async function lockDataDirectory(
  directory: string,
  { purpose, nowMs }: { readonly purpose: string; readonly nowMs: number },
): Promise<Result<DirectoryLock, string>> {
  const path = join(directory, DATA_PATHS.lock)
  let database: DatabaseSync | undefined
  try {
    // No other code of this process may open the file: closing it would drop the lock (fcntl(2)).
    database = new DatabaseSync(path, { timeout: 0 })
    const holder: Holder = {
      pid: process.pid,
      host: hostname(),
      purpose,
      since: new Date(nowMs).toISOString(),
      marker: randomBytes(8).toString('hex'),
    }
    const taken = await take(database, holder)
    const held = database
    return ok({ marker: holder.marker, ...taken, [Symbol.dispose]: () => held.close() })
  } catch (error) {
    const message = isBusy(error) ? lockedMessage(directory, database) : failed(path, error)
    database?.close()
    return err(message)
  }
}

/** @throws SQLite's error */
async function take(
  database: DatabaseSync,
  holder: Holder,
): Promise<Pick<DirectoryLock, 'killed' | 'lastMarker'>> {
  database.exec('BEGIN IMMEDIATE')
  database.exec('CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY, json TEXT NOT NULL)')
  const lastMarker = readHolder(database)?.marker
  const killed = lastMarker === undefined ? [] : await killMarkedProcesses(lastMarker)
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    database
      .prepare('INSERT OR REPLACE INTO holder (id, json) VALUES (1, ?)')
      .run(JSON.stringify(holder))
    // Only what is committed can be read by others. The lock that is kept, RESERVED, lets them read.
    database.exec('COMMIT')
    database.exec('BEGIN IMMEDIATE')
    // Another process may have written between the two, without getting the lock.
    if (readHolder(database)?.marker === holder.marker) return { killed, lastMarker }
  }
  throw new Error('other processes keep trying to take the lock')
}

function readHolder(database: DatabaseSync): Holder | undefined {
  const row = database.prepare('SELECT json FROM holder WHERE id = 1').get()
  return row === undefined
    ? undefined
    : holderSchema.safeParse(JSON.parse(String(row['json']))).data
}

function lockedMessage(directory: string, database: DatabaseSync | undefined): string {
  const inUse = `data directory "${directory}" is in use`
  try {
    const holder = database === undefined ? undefined : readHolder(database)
    if (holder !== undefined) {
      return `${inUse} by "edge-issuer ${holder.purpose}", process ${String(holder.pid)} on ${holder.host} since ${holder.since}; one process at a time can use it: stop that one first`
    }
  } catch {
    // The other process has only begun.
  }
  return `${inUse} by another process; one at a time can use it: stop that one first`
}

const errorSchema = z.object({ errcode: z.number() })

/** The primary result code is in the lowest byte. */
const isBusy = (error: unknown): boolean =>
  [SQLITE_BUSY, SQLITE_LOCKED].includes((errorSchema.safeParse(error).data?.errcode ?? 0) & 0xff)

const failed = (path: string, error: unknown): string =>
  `cannot lock "${path}": ${error instanceof Error ? error.message : String(error)}; check that the directory can be written and that its file system has locks`
