/**
 * The SQL of the list of ledgers.
 *
 * @module
 */
import type { LedgerKey, LedgerSelection, RegisteredLedger } from './messages.ts'

/** @returns The number of a ledger, allocated now if it has none. */
export function registerLedger(sql: SqlStorage, { issuer, client, shard }: LedgerKey): number {
  sql.exec(
    'INSERT OR IGNORE INTO ledger (issuer, client, shard) VALUES (?, ?, ?)',
    issuer,
    client,
    shard,
  )
  return sql
    .exec<{ number: number }>(
      'SELECT number FROM ledger WHERE issuer = ? AND client = ? AND shard = ?',
      issuer,
      client,
      shard,
    )
    .one().number
}

/** Whether a ledger has a number. */
export const isRegistered = (sql: SqlStorage, { issuer, client, shard }: LedgerKey): boolean =>
  sql
    .exec(
      'SELECT number FROM ledger WHERE issuer = ? AND client = ? AND shard = ?',
      issuer,
      client,
      shard,
    )
    .toArray().length > 0

type Row = Record<string, SqlStorageValue> & RegisteredLedger

const COLUMNS = 'number, issuer, client, shard'

/** Ledgers in the order of their numbers. */
export const listLedgers = (
  sql: SqlStorage,
  { issuer, client }: LedgerSelection,
): readonly RegisteredLedger[] =>
  sql
    .exec<Row>(
      `SELECT ${COLUMNS} FROM ledger
      WHERE issuer = coalesce(?, issuer) AND client = coalesce(?, client) ORDER BY number`,
      issuer ?? null,
      client ?? null,
    )
    .toArray()

/** @returns `undefined` for a number that was never allocated. */
export const findLedger = (sql: SqlStorage, number: number): RegisteredLedger | undefined =>
  sql.exec<Row>(`SELECT ${COLUMNS} FROM ledger WHERE number = ?`, number).toArray()[0]

/** Names of the issuers that ledgers belong to, each once, in order. */
export const listIssuers = (
  sql: SqlStorage,
  { issuer, client }: LedgerSelection,
): readonly string[] =>
  sql
    .exec<{ issuer: string }>(
      `SELECT DISTINCT issuer FROM ledger
      WHERE issuer = coalesce(?, issuer) AND client = coalesce(?, client) ORDER BY issuer`,
      issuer ?? null,
      client ?? null,
    )
    .toArray()
    .map((row) => row.issuer)
