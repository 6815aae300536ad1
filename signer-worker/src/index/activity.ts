/**
 * What clients did, from what their ledgers have sent: for people who look after many clusters.
 *
 * @module
 */
import * as z from 'zod/mini'
import type { IssuerActivity } from './messages.ts'
import { HOUR_MS, KEPT_HOURS } from './receive.ts'

const NAMED = 'client IN (SELECT value FROM json_each(?))'

const SEEN = `
  SELECT client, max(last_seen_ms) AS seen FROM ledger WHERE ${NAMED} GROUP BY client`

const REFUSED = `
  SELECT client, json_group_object(code, times) AS refused FROM (
    SELECT client, key AS code, sum(value) AS times FROM ledger, json_each(refused)
    WHERE ${NAMED} GROUP BY 1, 2 ORDER BY 1, 2
  ) GROUP BY client`

const ISSUED = `
  SELECT client, sum(iif(hour > ?1, issued, 0)) AS day, sum(issued) AS week FROM client_hour
  WHERE hour > ?2 AND client IN (SELECT value FROM json_each(?3)) GROUP BY client`

/** One look into an index for each client. */
const SOONEST = `
  SELECT value AS client, (
    SELECT min(not_after_seconds) FROM certificate
    WHERE client = value AND current = 1 AND not_after_seconds > ?
  ) AS soonest FROM json_each(?)`

const refusedSchema = z.record(z.string(), z.int())

/** Reads what each of these clients did; those without a ledger are not in the answer. */
export function readActivity(
  sql: SqlStorage,
  clients: readonly string[],
  nowMs: number,
): Readonly<Record<string, IssuerActivity>> {
  const names = JSON.stringify(clients)
  const hour = Math.floor(nowMs / HOUR_MS)
  const issued = byClient(
    sql.exec<{ client: string; day: number; week: number }>(
      ISSUED,
      hour - 24,
      hour - KEPT_HOURS,
      names,
    ),
  )
  const refused = byClient(sql.exec<{ client: string; refused: string }>(REFUSED, names))
  const soonest = byClient(
    sql.exec<{ client: string; soonest: number | null }>(SOONEST, nowMs / 1000, names),
  )
  const seen = sql.exec<{ client: string; seen: number | null }>(SEEN, names).toArray()
  return Object.fromEntries(
    seen.map(({ client, seen: seenMs }) => [
      client,
      {
        lastSeenMs: seenMs,
        issuedInDay: issued.get(client)?.day ?? 0,
        issuedInWeek: issued.get(client)?.week ?? 0,
        refused: refusedSchema.parse(JSON.parse(refused.get(client)?.refused ?? '{}')),
        soonestExpirySeconds: soonest.get(client)?.soonest ?? null,
      },
    ]),
  )
}

const byClient = <Row extends { readonly client: string } & Record<string, SqlStorageValue>>(
  rows: SqlStorageCursor<Row>,
): ReadonlyMap<string, Row> => new Map(rows.toArray().map((row) => [row.client, row]))
