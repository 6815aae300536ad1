/**
 * Which ledger an object is. The directory gives a ledger its number before anything is written to it; the object
 * keeps it with its names, because an alarm has no request that says them.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import { directoryOf } from '../directory/client.ts'
import type { LedgerKey, RegisteredLedger } from '../directory/messages.ts'
import type { LedgerRefusal } from './messages.ts'
import { QUARANTINED } from './refusals.ts'

type Row = Record<string, SqlStorageValue> & RegisteredLedger

/** @returns `undefined` for a ledger that has no number yet. */
export const readRegistration = (sql: SqlStorage): RegisteredLedger | undefined =>
  sql.exec<Row>('SELECT number, issuer, client, shard FROM registration').toArray()[0]

const UNREGISTERED: Refusal = {
  code: 'ledger_unavailable',
  detail:
    'the ledger has no number yet, and the directory that allocates it did not respond; retry the same request',
}

/** Gets the ledger's number and keeps it. */
export async function register(
  { sql }: DurableObjectStorage,
  env: Env,
  { issuer, client, shard }: LedgerKey,
): Promise<Result<RegisteredLedger, LedgerRefusal>> {
  try {
    const key = { issuer, client, shard }
    const number = await directoryOf(env).registerLedger(key)
    if (number === undefined) return err({ refusals: [QUARANTINED] })
    // Of requests that came together each asks; all get the same number.
    sql.exec(
      'INSERT OR IGNORE INTO registration (number, issuer, client, shard) VALUES (?, ?, ?, ?)',
      number,
      issuer,
      client,
      shard,
    )
    return ok({ ...key, number })
  } catch (error) {
    return err({ refusals: [UNREGISTERED], reason: String(error) })
  }
}
