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
import { sqliteCode } from '../files/sqlite-code.ts'
import { ownerText } from './data-access.ts'
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
const SQLITE_READONLY = 8
const SQLITE_FULL = 13
/** Also when there is no room for the journal. */
const SQLITE_CANTOPEN = 14

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
    return ok({ ...taken, [Symbol.dispose]: () => held.close() })
  } catch (error) {
    const message = isError(error, [SQLITE_BUSY, SQLITE_LOCKED])
      ? lockedMessage(directory, database)
      : await failed(path, error)
    database?.close()
    return err(message)
  }
}

/** @throws SQLite's error */
async function take(
  database: DatabaseSync,
  holder: Holder,
): Promise<Pick<DirectoryLock, 'marker' | 'killed' | 'lastMarker'>> {
  database.exec('BEGIN IMMEDIATE')
  database.exec('CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY, json TEXT NOT NULL)')
  const lastMarker = readHolder(database)?.marker
  const killed = lastMarker === undefined ? [] : await killMarkedProcesses(lastMarker)
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const marker = commit(database, holder, lastMarker)
    // The lock that is kept, RESERVED, lets others read.
    database.exec('BEGIN IMMEDIATE')
    // Another process may have written between the two, without getting the lock.
    if (readHolder(database)?.marker === marker) return { marker, killed, lastMarker }
  }
  throw new Error('other processes keep trying to take the lock')
}

/**
 * Writes the holder, since others can only read what is committed. On a full disk the last holder stays there: its
 * processes have ended, so that its marker is free.
 *
 * @returns The marker that the file has now.
 * @throws SQLite's error
 */
function commit(database: DatabaseSync, holder: Holder, lastMarker: string | undefined): string {
  try {
    database
      .prepare('INSERT OR REPLACE INTO holder (id, json) VALUES (1, ?)')
      .run(JSON.stringify(holder))
    database.exec('COMMIT')
    return holder.marker
  } catch (error) {
    const isFull = isError(error, [SQLITE_FULL, SQLITE_CANTOPEN])
    if (!isFull || lastMarker === undefined) throw error
    if (database.isTransaction) database.exec('ROLLBACK')
    return lastMarker
  }
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

const isError = (error: unknown, codes: readonly number[]): boolean =>
  codes.includes(sqliteCode(error))

async function failed(path: string, error: unknown): Promise<string> {
  const problem = `cannot lock "${path}": ${error instanceof Error ? error.message : String(error)}`
  return isError(error, [SQLITE_READONLY])
    ? `${problem}; ${await ownerText(path)}`
    : `${problem}; check that the directory can be written and that its file system has locks`
}
