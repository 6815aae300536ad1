/**
 * Takes what a ledger sends: at least once, in order, each certificate counted once.
 *
 * @module
 */
import * as z from 'zod/mini'
import { reversed, searchNames } from '../storage/search-names.ts'
import type { IndexBatch, SendingLedger, SentCertificate } from './messages.ts'

/** Length of an hour, in ms. */
export const HOUR_MS = 3_600_000

/** How many hours of the past are counted by client. */
export const KEPT_HOURS = 7 * 24

/**
 * Records a batch; the caller makes it one transaction.
 *
 * @returns The last `seq` of the ledger that is here, with all before it. The ledger goes on after it, whatever it
 *   had sent: an index that lost its latest rows gets them again.
 */
export function receiveBatch(sql: SqlStorage, batch: IndexBatch): number {
  const { ledger, certificates } = batch
  const acknowledged = acknowledgedOf(sql, ledger)
  let last = acknowledged
  // A batch that begins after what is here leaves a gap. Within a batch only archived certificates are missing.
  const isNext = batch.after <= acknowledged
  for (const certificate of isNext ? certificates : []) {
    if (certificate.seq <= last) continue
    recordCertificate(sql, ledger, certificate)
    last = certificate.seq
  }
  recordLedger(sql, batch, last)
  return last
}

function acknowledgedOf(sql: SqlStorage, { number }: SendingLedger): number {
  const [row] = sql
    .exec<{ acknowledged: number }>('SELECT acknowledged FROM ledger WHERE number = ?', number)
    .toArray()
  return row?.acknowledged ?? 0
}

const RECORD_LEDGER = `
  INSERT INTO ledger (number, client, shard, acknowledged, through_ms, has_more, replayed, refused,
    database_bytes, last_seen_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (number) DO UPDATE SET acknowledged = excluded.acknowledged,
    through_ms = excluded.through_ms, has_more = excluded.has_more, replayed = excluded.replayed,
    refused = excluded.refused, database_bytes = excluded.database_bytes,
    last_seen_ms = coalesce(excluded.last_seen_ms, last_seen_ms)`

function recordLedger(sql: SqlStorage, batch: IndexBatch, acknowledged: number): void {
  const { ledger, certificates, after, throughMs, hasMore, counters, lastSeenMs } = batch
  const isComplete = acknowledged >= (certificates.at(-1)?.seq ?? after)
  sql.exec(
    RECORD_LEDGER,
    ledger.number,
    ledger.client,
    ledger.shard,
    acknowledged,
    throughMs,
    hasMore || !isComplete ? 1 : 0,
    counters.replayed,
    JSON.stringify(counters.refused),
    counters.databaseBytes,
    lastSeenMs ?? null,
  )
}

/**
 * A lineage has one current certificate at most, so neither statement reads all of a long lineage. Exported so that a test
 * can ask SQLite which index it takes.
 */
export const RENEW = `
  UPDATE certificate SET current = 0
  WHERE client = ?1 AND lineage = ?2 AND current = 1 AND (issued_at_ms, ledger, seq) < (?3, ?4, ?5)`

const RECORD = `
  INSERT INTO certificate (client, lineage, issued_at_ms, ledger, seq, serial, uid, profile,
    not_before_seconds, not_after_seconds, names, namespace, requester, current)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, NOT EXISTS (
    SELECT 1 FROM certificate
    WHERE client = ?1 AND lineage = ?2 AND current = 1 AND (issued_at_ms, ledger, seq) > (?3, ?4, ?5)
  ))`

const RECORD_NAMES = `
  INSERT OR IGNORE INTO certificate_name (name, ledger, seq) SELECT value, ?, ? FROM json_each(?)`

const RECORD_SUFFIXES = `
  INSERT OR IGNORE INTO certificate_suffix (reversed, ledger, seq) SELECT value, ?, ? FROM json_each(?)`

const COUNT_HOUR = `
  INSERT INTO client_hour (client, hour, issued) VALUES (?, ?, 1)
  ON CONFLICT (client, hour) DO UPDATE SET issued = issued + 1`

function recordCertificate(
  sql: SqlStorage,
  { client, number }: SendingLedger,
  certificate: SentCertificate,
): void {
  const { seq, serial, subject, subjectAltNames, commonNames, requester } = certificate
  const { lineage, issuedAtMs } = certificate
  const order = [client, lineage, issuedAtMs, number, seq] as const
  sql.exec(RENEW, ...order)
  sql.exec(
    RECORD,
    ...order,
    serial,
    certificate.uid,
    certificate.profile,
    certificate.notBeforeSeconds,
    certificate.notAfterSeconds,
    JSON.stringify({ subject, subjectAltNames, commonNames }),
    requester.namespace,
    JSON.stringify(requester),
  )
  const names = searchNames(commonNames, subjectAltNames)
  sql.exec(RECORD_NAMES, number, seq, JSON.stringify(names))
  sql.exec(RECORD_SUFFIXES, number, seq, JSON.stringify(names.map(reversed)))
  sql.exec(COUNT_HOUR, client, Math.floor(issuedAtMs / HOUR_MS))
}

/** Forgets the hours that are no longer counted. */
export function forgetHours(sql: SqlStorage, nowMs: number): void {
  sql.exec('DELETE FROM client_hour WHERE hour < ?', Math.floor(nowMs / HOUR_MS) - KEPT_HOURS)
}

const namesSchema = z.object({
  subjectAltNames: z.array(z.string()),
  commonNames: z.array(z.string()),
})

/** Forgets certificates that their ledger is about to archive; counters stay. */
export function forgetCertificates(sql: SqlStorage, ledger: number, seqs: readonly number[]): void {
  for (const seq of seqs) {
    const [row] = sql
      .exec<{ names: string }>(
        'DELETE FROM certificate WHERE ledger = ? AND seq = ? RETURNING names',
        ledger,
        seq,
      )
      .toArray()
    if (row === undefined) continue
    const { subjectAltNames, commonNames } = namesSchema.parse(JSON.parse(row.names))
    for (const name of searchNames(commonNames, subjectAltNames)) {
      const key = [ledger, seq] as const
      sql.exec(
        'DELETE FROM certificate_name WHERE name = ? AND ledger = ? AND seq = ?',
        name,
        ...key,
      )
      sql.exec(
        'DELETE FROM certificate_suffix WHERE reversed = ? AND ledger = ? AND seq = ?',
        reversed(name),
        ...key,
      )
    }
  }
}
