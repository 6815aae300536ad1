/**
 * Lists of an index: filtered, a page at a time, in the order of ledgers and then of issuing.
 *
 * @module
 */
import { requesterSchema } from '@edge-issuer/shared'
import { toHex } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'
import { toRfc3339 } from '../model/rfc3339.ts'
import { filterConditions, type FilteredTables } from '../storage/certificate-filter.ts'
import { readPage } from '../storage/read-page.ts'
import type { Condition } from '../storage/search-names.ts'
import type { IndexedCertificate, IndexPage, IndexQuery } from './messages.ts'

const TABLES: FilteredTables = {
  key: 'ledger, seq',
  names: 'certificate_name',
  suffixes: 'certificate_suffix',
  notRenewed: 'current = 1',
}

interface Row extends Record<string, SqlStorageValue> {
  readonly ledger: number
  readonly seq: number
  readonly serial: ArrayBuffer
  readonly client: string
  readonly uid: string
  readonly profile: string
  readonly not_before_seconds: number
  readonly not_after_seconds: number
  readonly names: string
  readonly requester: string
  readonly issued_at_ms: number
}

const COLUMNS = `ledger, seq, serial, client, uid, profile, not_before_seconds, not_after_seconds,
  names, requester, issued_at_ms`

/** A ledger sends what it has issued within about a second; it reports only then that it is behind. */
const SENDING_MS = 3_000

/** Reads one page. */
export function listCertificates(sql: SqlStorage, query: IndexQuery, nowMs: number): IndexPage {
  const { client, filter, after, limit } = query
  const conditions: readonly Condition[] = [
    ['(ledger, seq) > (?, ?)', after?.ledger ?? 0, after?.seq ?? 0],
    ...(client === undefined ? [] : [['client = ?', client] as const]),
    ...filterConditions(filter, TABLES),
  ]
  const rows = sql.exec<Row>(
    `SELECT ${COLUMNS} FROM certificate WHERE ${conditions.map(([text]) => text).join(' AND ')}
    ORDER BY ledger, seq LIMIT ?`,
    ...conditions.flatMap(([, ...values]) => values),
    limit,
  )
  const throughMs = completeThroughMs(sql, nowMs)
  const { items, last } = readPage(rows, limit, toCertificate)
  return { items, next: last && { ledger: last.ledger, seq: last.seq }, throughMs }
}

/**
 * @returns Up to when an index is complete, epoch ms: the earliest time of a ledger that reported more than it has sent;
 *   if none is behind, a few seconds ago.
 */
export function completeThroughMs(sql: SqlStorage, nowMs: number): number {
  const { earliest } = sql
    .exec<{ earliest: number | null }>(
      'SELECT min(through_ms) AS earliest FROM ledger WHERE has_more = 1',
    )
    .one()
  return Math.min(earliest ?? Infinity, nowMs - SENDING_MS)
}

/** As `receiveBatch` writes them. */
const namesSchema = z.object({ subject: z.string(), subjectAltNames: z.array(z.string()) })

const toCertificate = (row: Row): IndexedCertificate => ({
  ledger: row.ledger,
  client: row.client,
  serialNumber: toHex(new Uint8Array(row.serial)),
  uid: row.uid,
  profile: row.profile,
  ...namesSchema.parse(JSON.parse(row.names)),
  notBefore: toRfc3339(row.not_before_seconds * 1000),
  notAfter: toRfc3339(row.not_after_seconds * 1000),
  issuedAt: toRfc3339(row.issued_at_ms),
  requester: requesterSchema.parse(JSON.parse(row.requester)),
})
