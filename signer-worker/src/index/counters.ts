/**
 * What an index counts: the totals that its ledgers have sent.
 *
 * @module
 */
import * as z from 'zod/mini'
import { completeThroughMs } from './list.ts'
import type { IndexCounters } from './messages.ts'

/** One group for each client, or one for all of them with an empty name. */
const GROUP = "CASE ?1 WHEN 1 THEN client ELSE '' END"

const TOTALS = `
  SELECT ${GROUP} AS client, sum(acknowledged) AS issued, sum(replayed) AS replayed
  FROM ledger GROUP BY 1 ORDER BY 1`

const REFUSED = `
  SELECT client, json_group_object(code, times) AS refused FROM (
    SELECT ${GROUP} AS client, key AS code, sum(value) AS times
    FROM ledger, json_each(refused) GROUP BY 1, 2 ORDER BY 1, 2
  ) GROUP BY client`

const refusedSchema = z.record(z.string(), z.int())

/** Reads all counters. */
export function readCounters(sql: SqlStorage, byClient: boolean, nowMs: number): IndexCounters {
  const group = byClient ? 1 : 0
  const refused = new Map(
    sql
      .exec<{ client: string; refused: string }>(REFUSED, group)
      .toArray()
      .map((row) => [row.client, refusedSchema.parse(JSON.parse(row.refused))]),
  )
  const { ledgers, bytes } = sql
    .exec<{ ledgers: number; bytes: number }>(
      'SELECT count(*) AS ledgers, coalesce(max(database_bytes), 0) AS bytes FROM ledger',
    )
    .one()
  return {
    ledgers,
    largestLedgerBytes: bytes,
    databaseBytes: sql.databaseSize,
    throughMs: completeThroughMs(sql, nowMs),
    groups: sql
      .exec<{ client: string; issued: number; replayed: number }>(TOTALS, group)
      .toArray()
      .map(({ client, issued, replayed }) => ({
        client: byClient ? client : undefined,
        issued,
        replayed,
        refused: refused.get(client) ?? {},
      })),
  }
}
