/**
 * The SQLite databases below a data directory, each opened for as long as one question takes.
 *
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { sqliteCode } from '../files/sqlite-code.ts'
import { codeOf, systemReason } from '../files/system-reason.ts'
import { DATA_PATHS } from '../server/data-directory.ts'
import type { LedgerFacts } from './manifest.ts'

/** workerd's database of a class, which has the alarms of the class's objects. */
export const CLASS_DATABASE = 'metadata'

/** How long SQLite waits for a lock of the worker, in ms. */
const BUSY_TIMEOUT_MS = 10_000

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOT_A_DATABASE = 26

/** One database. */
export interface DatabaseFile {
  /** Name of the class of Durable Objects. */
  readonly className: string
  /** Id of the object, or {@link CLASS_DATABASE}. */
  readonly id: string
  /** Below the data directory, with slashes. */
  readonly path: string
}

/**
 * Every database of a class.
 *
 * @param directory - The data directory.
 */
export async function listDatabases(
  directory: string,
  className: string,
): Promise<readonly DatabaseFile[]> {
  const names = await readdir(join(directory, DATA_PATHS.ledger, className))
  return names
    .flatMap((name) => /^([0-9a-f]{64}|metadata)\.sqlite$/.exec(name)?.[1] ?? [])
    .toSorted()
    .map((id) => ({ className, id, path: `${DATA_PATHS.ledger}/${className}/${id}.sqlite` }))
}

/** Every database of a class; empty if the directory has no such class. */
export async function findDatabases(
  directory: string,
  className: string,
): Promise<readonly DatabaseFile[]> {
  try {
    return await listDatabases(directory, className)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Names of the classes that have databases. */
export async function listClasses(directory: string): Promise<readonly string[]> {
  const entries = await readdir(join(directory, DATA_PATHS.ledger), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** Runs one question. @throws SQLite's error */
export function withDatabase<T>(
  path: string,
  use: (database: DatabaseSync) => T,
  { readOnly }: { readonly readOnly: boolean },
): T {
  const database = new DatabaseSync(path, { readOnly })
  try {
    // Node.js before 22.16 has no option for it.
    database.exec(`PRAGMA busy_timeout = ${String(BUSY_TIMEOUT_MS)}`)
    return use(database)
  } finally {
    database.close()
  }
}

/**
 * Copies a database as it is at one moment, while a worker writes to it: one read transaction, which blocks no
 * writer (sqlite.org/lang_vacuum.html). SQLite's online backup would begin again after each write of another
 * process.
 *
 * @param target - Must not exist.
 */
export function copyDatabase(source: string, target: string): void {
  withDatabase(source, (database) => database.prepare('VACUUM INTO ?').run(target), {
    readOnly: true,
  })
}

/** Whether a database has a table. */
export const hasTable = (database: DatabaseSync, name: string): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !==
  undefined

const lastRowSchema = z.object({
  number: z.number(),
  issuer: z.string(),
  client: z.string(),
  shard: z.number(),
  seq: z.number(),
  serial: z.string(),
  issued_at_ms: z.number(),
})

const LAST_ROW = `
  SELECT number, issuer, client, shard, seq, lower(hex(serial)) AS serial, issued_at_ms
  FROM issuance, registration ORDER BY seq DESC LIMIT 1`

/** @returns `undefined` for an object that is no ledger, or has issued nothing. */
export function readLedger(path: string): LedgerFacts | undefined {
  return withDatabase(
    path,
    (database) => {
      if (!hasTable(database, 'issuance') || !hasTable(database, 'registration')) return undefined
      const row = database.prepare(LAST_ROW).get()
      if (row === undefined) return undefined
      const { seq, serial, issued_at_ms: issuedAtMs, ...ledger } = lastRowSchema.parse(row)
      const lastIssuedAt = new Date(issuedAtMs).toISOString()
      return { ...ledger, lastSeq: seq, lastSerial: serial, lastIssuedAt }
    },
    { readOnly: true },
  )
}

/** Whether a ledger has this certificate at this place: its history up to there is the same, since rows never change. */
export function hasIssuance(path: string, seq: number, serial: string): boolean {
  return withDatabase(
    path,
    (database) =>
      database
        .prepare('SELECT 1 FROM issuance WHERE seq = ? AND lower(hex(serial)) = ?')
        .get(seq, serial) !== undefined,
    { readOnly: true },
  )
}

/** @returns What SQLite finds wrong, if anything. */
export function checkDatabase(path: string): string | undefined {
  const rows = withDatabase(
    path,
    (database) => database.prepare('PRAGMA integrity_check(1)').all(),
    { readOnly: true },
  )
  const [found] = rows.flatMap((row) => Object.values(row).map(String))
  return found === 'ok' ? undefined : (found ?? 'no result')
}

/** When an object wants to be woken. */
export interface Alarm {
  /** Id of the object. */
  readonly id: string
  /** Name of the object, where it is known. */
  readonly name: string | undefined
  /** As workerd keeps it: ns since the epoch. */
  readonly time: bigint
}

/** The key of the alarm in workerd's table of an object. */
const ALARM_KEY = 1

/** @returns The alarm that an object's own database has; `undefined` if none is set. */
export function readAlarm(path: string): bigint | undefined {
  return withDatabase(
    path,
    (database) => {
      if (!hasTable(database, '_cf_METADATA')) return undefined
      const query = database.prepare('SELECT value FROM _cf_METADATA WHERE key = ?')
      query.setReadBigInts(true)
      const value = query.get(ALARM_KEY)?.['value']
      return typeof value === 'bigint' ? value : undefined
    },
    { readOnly: true },
  )
}

/**
 * Sets the alarms of a class to what its objects say: they were copied at other moments than the class's own
 * database. Without its alarm a ledger would send nothing to the index before its next request.
 *
 * @param path - A copy of the class's own database.
 */
export function setAlarms(path: string, alarms: readonly Alarm[]): void {
  withDatabase(
    path,
    (database) => {
      if (!hasTable(database, '_cf_ALARM')) return
      const nameOf = database.prepare('SELECT actor_name FROM _cf_ALARM WHERE actor_id = ?')
      const rows = alarms.map(({ id, name, time }) => {
        const known = nameOf.get(id)?.['actor_name']
        return [id, time, typeof known === 'string' ? known : (name ?? null)] as const
      })
      database.exec('DELETE FROM _cf_ALARM')
      const insert = database.prepare(
        'INSERT INTO _cf_ALARM (actor_id, scheduled_time, actor_name) VALUES (?, ?, ?)',
      )
      for (const row of rows) insert.run(...row)
    },
    { readOnly: false },
  )
}

const sqliteErrorSchema = z.object({ errcode: z.number(), message: z.string() })

/** @returns The reason of an error of SQLite or of the operating system. @throws Any other error */
export function storageReason(error: unknown): string {
  const { data } = sqliteErrorSchema.safeParse(error)
  if (data === undefined) return systemReason(error)
  return sqliteCode(error) === SQLITE_FULL ? systemReason(DISK_FULL) : data.message
}

/** Whether SQLite says that the operating system failed, without saying why. */
export const isStorageFailure = (error: unknown): boolean => sqliteCode(error) === SQLITE_IOERR

const DISK_FULL = Object.assign(new Error('disk full'), { code: 'ENOSPC' })

/** Whether SQLite says that a file is no database, or a damaged one. */
export const isDamaged = (error: unknown): boolean =>
  [SQLITE_CORRUPT, SQLITE_NOT_A_DATABASE].includes(sqliteCode(error))
