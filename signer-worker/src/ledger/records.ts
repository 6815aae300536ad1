/**
 * Lists and exports of issued certificates: filtered, a page at a time, in the order of issuing.
 *
 * @module
 */
import { encodeBase64, encodePem, originSchema } from '@edge-issuer/shared'
import { toHex } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'
import { toRfc3339 } from '../model/rfc3339.ts'
import {
  type CertificateFilter,
  filterConditions,
  type FilteredTables,
} from '../storage/certificate-filter.ts'
import { MAX_PAGE_CHARACTERS, readPage } from '../storage/read-page.ts'
import { readClamped, readNotices } from './issuances.ts'
import type { LedgerCertificate, LedgerPage, LedgerRecord, PageRequest } from './messages.ts'
import { requesterOf } from './requester.ts'
import { withToken } from './tokens.ts'

interface Row extends Record<string, SqlStorageValue> {
  readonly seq: number
  readonly uid: string
  readonly serial: ArrayBuffer
  readonly certificate: ArrayBuffer
  readonly profile: string
  readonly not_before_seconds: number
  readonly not_after_seconds: number
  readonly clamped: string | null
  readonly ignored: string
  readonly warnings: string
  readonly names: string
  readonly origin: string
  readonly lineage: string
  readonly issued_at_ms: number
  readonly intermediates: string
  readonly root: string
}

const COLUMNS = `seq, uid, serial, certificate, profile, not_before_seconds, not_after_seconds, clamped,
  ignored, warnings, names, origin, lineage, issued_at_ms, intermediates, root`

interface WholeRow extends Row {
  readonly request_digest: ArrayBuffer
  readonly key_id: string
  readonly signature_base: string
  readonly signature: ArrayBuffer
  /** `null` in rows from before version 3 of the schema. */
  readonly body: ArrayBuffer | null
  readonly token: string | null
}

const ALL_COLUMNS = `${COLUMNS}, request_digest, key_id, signature_base, signature, body,
  (SELECT token FROM token WHERE id = token_id) AS token`

/** One pass over an index, and not a look-up for each row: where most are renewed, a page would visit them all. */
const NOT_RENEWED = 'seq IN (SELECT max(seq) FROM issuance GROUP BY lineage)'

/** The ledger's tables. Exported so that tests can search in them. */
export const LEDGER_TABLES: FilteredTables = {
  key: 'seq',
  names: 'issuance_name',
  suffixes: 'issuance_suffix',
  notRenewed: NOT_RENEWED,
}

/** A query, and the values of its parameters. */
export interface IssuanceQuery {
  readonly sql: string
  readonly parameters: readonly SqlStorageValue[]
}

/** The query of one page. Exported so that a test can ask SQLite which index it takes. */
export function issuanceQuery(
  filter: CertificateFilter,
  { after, limit }: PageRequest,
  columns = ALL_COLUMNS,
): IssuanceQuery {
  const conditions = filterConditions(filter, LEDGER_TABLES)
  const where = ['seq > ?', ...conditions.map(([sql]) => sql)].join(' AND ')
  return {
    sql: `SELECT ${columns}
      FROM issuance JOIN authority ON authority.id = issuance.authority
      WHERE ${where} ORDER BY seq LIMIT ?`,
    parameters: [after, ...conditions.flatMap(([, ...values]) => values), limit],
  }
}

/** Certificates that a filter matches. */
export const listIssuances = (
  sql: SqlStorage,
  filter: CertificateFilter,
  page: PageRequest,
): LedgerPage<LedgerCertificate> => {
  const { sql: query, parameters } = issuanceQuery(filter, page, COLUMNS)
  return toPage(sql.exec<Row>(query, ...parameters), page, toCertificate)
}

/** The same with all that is recorded of them. */
export const exportIssuances = (
  sql: SqlStorage,
  filter: CertificateFilter,
  page: PageRequest,
): LedgerPage<LedgerRecord> => {
  const { sql: query, parameters } = issuanceQuery(filter, page)
  return toPage(sql.exec<WholeRow>(query, ...parameters), page, toRecord)
}

function toPage<R extends Row, Item>(
  rows: Iterable<R>,
  { limit }: PageRequest,
  toItem: (row: R) => Item,
): LedgerPage<Item> {
  const { items, last } = readPage(rows, limit, toItem)
  return { items, next: last?.seq }
}

/** As `recordIssuance` writes them. */
const namesSchema = z.object({ subject: z.string(), subjectAltNames: z.array(z.string()) })

function toCertificate(row: Row): LedgerCertificate {
  const { subject, subjectAltNames } = namesSchema.parse(JSON.parse(row.names))
  return {
    serialNumber: toHex(new Uint8Array(row.serial)),
    uid: row.uid,
    profile: row.profile,
    subject,
    subjectAltNames,
    notBefore: toRfc3339(row.not_before_seconds * 1000),
    notAfter: toRfc3339(row.not_after_seconds * 1000),
    issuedAt: toRfc3339(row.issued_at_ms),
    clamped: readClamped(row.clamped),
    chain: encodePem('CERTIFICATE', new Uint8Array(row.certificate)) + row.intermediates,
    ca: row.root,
    ignored: readNotices(row.ignored),
    warnings: readNotices(row.warnings),
    requester: requesterOf(row.origin),
    lineage: row.lineage,
  }
}

/** When the last certificate of each lineage was issued, in epoch ms; those that are not here have none. */
export const lastIssuances = (
  sql: SqlStorage,
  lineages: readonly string[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    sql
      .exec<{ lineage: string; last: number }>(LAST_OF_LINEAGES, JSON.stringify(lineages))
      .toArray()
      .map(({ lineage, last }) => [lineage, last]),
  )

const LAST_OF_LINEAGES = `
  SELECT lineage, max(issued_at_ms) AS last FROM issuance
  WHERE lineage IN (SELECT value FROM json_each(?)) GROUP BY lineage`

const toRecord = (row: WholeRow): LedgerRecord => ({
  ...toCertificate(row),
  origin: originSchema.parse(JSON.parse(row.origin)),
  requestDigest: toHex(new Uint8Array(row.request_digest)),
  evidence: {
    keyId: row.key_id,
    signatureBase: withToken(row.signature_base, row.token),
    signature: encodeBase64(new Uint8Array(row.signature)),
    body: row.body === null ? null : encodeBase64(new Uint8Array(row.body)),
    ...(row.token === null ? {} : { token: row.token }),
  },
})

/** Which records have expired. */
export interface ExpiredQuery {
  /** Epoch seconds. */
  readonly beforeSeconds: number
  /** The last place that counts. */
  readonly throughSeq: number
  readonly limit: number
}

/** An expired record, with the columns that a record has in another form. */
export interface ExpiredRow {
  readonly seq: number
  readonly record: LedgerRecord
  readonly names: string
  readonly certificate: ArrayBuffer
  readonly requestDigest: ArrayBuffer
  readonly serial: ArrayBuffer
}

const EXPIRED = `
  SELECT ${ALL_COLUMNS}
  FROM issuance JOIN authority ON authority.id = issuance.authority
  WHERE not_after_seconds < ? AND seq <= ? AND seq < (SELECT max(seq) FROM issuance)
  ORDER BY not_after_seconds LIMIT ?`

/** Records of certificates that have expired, without the last record of the ledger. */
export function readExpired(
  sql: SqlStorage,
  { beforeSeconds, throughSeq, limit }: ExpiredQuery,
): readonly ExpiredRow[] {
  const rows: ExpiredRow[] = []
  let characters = 0
  for (const row of sql.exec<WholeRow>(EXPIRED, beforeSeconds, throughSeq, limit)) {
    const { seq, names, certificate, serial, request_digest: requestDigest } = row
    const record = toRecord(row)
    rows.push({ seq, record, names, certificate, requestDigest, serial })
    characters += JSON.stringify(record).length
    if (characters >= MAX_PAGE_CHARACTERS) break
  }
  return rows
}
