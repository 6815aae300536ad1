/**
 * The SQL of what the index has not acknowledged.
 *
 * @module
 */
import type { SentCertificate } from '../index/messages.ts'
import { requesterOf } from './requester.ts'
import { storedNames } from './stored-names.ts'

interface Row extends Record<string, SqlStorageValue> {
  readonly seq: number
  readonly uid: string
  readonly serial: ArrayBuffer
  readonly certificate: ArrayBuffer
  readonly profile: string
  readonly not_before_seconds: number
  readonly not_after_seconds: number
  readonly names: string
  readonly origin: string
  readonly lineage: string
  readonly issued_at_ms: number
}

const UNSENT = `
  SELECT seq, uid, serial, certificate, profile, not_before_seconds, not_after_seconds, names, origin, lineage,
    issued_at_ms
  FROM issuance WHERE seq > ? ORDER BY seq LIMIT ?`

/** A batch ends after the row that fills it up to here, in characters of names. */
const MAX_BATCH_CHARACTERS = 1_048_576

/** Certificates to send, and whether there are more of them. */
export interface Unsent {
  readonly certificates: readonly SentCertificate[]
  readonly hasMore: boolean
}

/** Reads up to `limit` certificates after one. */
export function readUnsent(sql: SqlStorage, after: number, limit: number): Unsent {
  const certificates: SentCertificate[] = []
  let characters = 0
  for (const row of sql.exec<Row>(UNSENT, after, limit + 1)) {
    if (certificates.length === limit || characters >= MAX_BATCH_CHARACTERS) {
      return { certificates, hasMore: true }
    }
    certificates.push(toSent(row))
    characters += row.names.length
  }
  return { certificates, hasMore: false }
}

function toSent(row: Row): SentCertificate {
  const { groups: _groups, ...requester } = requesterOf(row.origin)
  return {
    seq: row.seq,
    serial: new Uint8Array(row.serial),
    uid: row.uid,
    profile: row.profile,
    ...storedNames(row.names, row.certificate),
    notBeforeSeconds: row.not_before_seconds,
    notAfterSeconds: row.not_after_seconds,
    issuedAtMs: row.issued_at_ms,
    requester,
    lineage: row.lineage,
  }
}
