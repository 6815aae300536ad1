/**
 * What was issued, to be looked at: found by any of its facts, a page at a time, in the order of issuing.
 *
 * @module
 */
import { encodeBase64, encodePem, originSchema } from '@edge-issuer/shared'
import { fromHex, toHex } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'
import { toRfc3339 } from '../rfc3339.ts'
import { readClamped } from './issuances.ts'
import type { IssuanceFilter, LedgerPage, LedgerRecord, PageRequest } from './messages.ts'

interface Row extends Record<string, SqlStorageValue> {
  readonly seq: number
  readonly uid: string
  readonly request_digest: ArrayBuffer
  readonly serial: ArrayBuffer
  readonly certificate: ArrayBuffer
  readonly profile: string
  readonly not_before_seconds: number
  readonly not_after_seconds: number
  readonly clamped: string | null
  readonly names: string
  readonly issued_at_ms: number
  readonly origin: string
  readonly key_id: string
  readonly signature_base: string
  readonly signature: ArrayBuffer
  readonly intermediates: string
  readonly root: string
}

/** One condition of a query: SQL with one `?`, and what stands for it. */
type Condition = readonly [sql: string, value: SqlStorageValue]

const seconds = (time: string): number => Date.parse(time) / 1000

/** What each member of a filter means. */
function conditionsOf(filter: IssuanceFilter): readonly Condition[] {
  const { serialNumber, uid, name, issuedAfter, issuedBefore, expiresAfter, expiresBefore } = filter
  const conditions: (Condition | undefined)[] = [
    serialNumber === undefined
      ? undefined
      : ['serial = ?', new Uint8Array(fromHex(serialNumber)).buffer],
    uid === undefined ? undefined : ['uid = ?', uid],
    name === undefined
      ? undefined
      : ['seq IN (SELECT seq FROM issuance_name WHERE name = ?)', name.toLowerCase()],
    issuedAfter === undefined ? undefined : ['issued_at_ms >= ?', Date.parse(issuedAfter)],
    issuedBefore === undefined ? undefined : ['issued_at_ms < ?', Date.parse(issuedBefore)],
    expiresAfter === undefined ? undefined : ['not_after_seconds >= ?', seconds(expiresAfter)],
    expiresBefore === undefined ? undefined : ['not_after_seconds < ?', seconds(expiresBefore)],
  ]
  return conditions.filter((condition) => condition !== undefined)
}

/** A query, and what stands for its question marks. */
export interface IssuanceQuery {
  readonly sql: string
  readonly parameters: readonly SqlStorageValue[]
}

/** The query of one page. Exported so that a test can ask SQLite which index it takes. */
export function issuanceQuery(
  filter: IssuanceFilter,
  { after, limit }: PageRequest,
): IssuanceQuery {
  const conditions = conditionsOf(filter)
  const where = ['seq > ?', ...conditions.map(([sql]) => sql)].join(' AND ')
  return {
    sql: `SELECT issuance.*, authority.intermediates, authority.root
      FROM issuance JOIN authority ON authority.id = issuance.authority
      WHERE ${where} ORDER BY seq LIMIT ?`,
    parameters: [after, ...conditions.map(([, value]) => value), limit],
  }
}

/** Certificates that a filter matches. */
export function listIssuances(
  sql: SqlStorage,
  filter: IssuanceFilter,
  page: PageRequest,
): LedgerPage<LedgerRecord> {
  const query = issuanceQuery(filter, page)
  const rows = sql.exec<Row>(query.sql, ...query.parameters).toArray()
  return {
    items: rows.map(toRecord),
    next: rows.length < page.limit ? undefined : rows.at(-1)?.seq,
  }
}

/** As `recordIssuance` writes them. */
const namesSchema = z.object({ subject: z.string(), subjectAltNames: z.array(z.string()) })

function toRecord(row: Row): LedgerRecord {
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
    origin: originSchema.parse(JSON.parse(row.origin)),
    requestDigest: toHex(new Uint8Array(row.request_digest)),
    evidence: {
      keyId: row.key_id,
      signatureBase: row.signature_base,
      signature: encodeBase64(new Uint8Array(row.signature)),
    },
  }
}
