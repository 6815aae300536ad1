/**
 * The SQL of the ledger: find what was issued, and record it.
 *
 * @module
 */
import { encodePem, noticesSchema, type SignAnswer } from '@edge-issuer/shared'
import { toHex } from '@edge-issuer/shared/x509'
import type { CertificatePlan } from '../model/certificate-plan.ts'
import type { IssuingCa } from '../model/issuing-ca.ts'
import { toRfc3339 } from '../model/rfc3339.ts'
import { reversed, searchNames } from '../storage/search-names.ts'
import type { IssueOrder, IssueRequest } from './messages.ts'
import { boundNotices } from './notices.ts'
import { keepToken } from './tokens.ts'

/** What is recorded of one certificate. */
export interface Issuance {
  readonly request: IssueRequest
  readonly order: IssueOrder
  readonly ca: IssuingCa
  /** DER. */
  readonly certificate: Uint8Array
  readonly serialNumber: Uint8Array
  /** Epoch ms. */
  readonly issuedAtMs: number
}

/** An answer without `replayed`. */
export type Answer = Omit<SignAnswer, 'replayed'>

/** The recorded certificate of a uid. */
export interface StoredIssuance {
  /** Whether it was issued for a request with the same digest. */
  readonly isSameRequest: boolean
  readonly answer: Answer
}

interface Row extends Record<string, SqlStorageValue> {
  readonly is_same_request: number
  readonly serial: ArrayBuffer
  readonly certificate: ArrayBuffer
  readonly not_before_seconds: number
  readonly not_after_seconds: number
  readonly clamped: string | null
  readonly ignored: string
  readonly warnings: string
  readonly intermediates: string
  readonly root: string
}

const FIND = `
  SELECT request_digest = ? AS is_same_request, serial, certificate,
    not_before_seconds, not_after_seconds, clamped, ignored, warnings, intermediates, root
  FROM issuance JOIN authority ON authority.id = issuance.authority
  WHERE uid = ?`

/** @returns What was issued for `uid`, as an answer. */
export function findIssuance(
  sql: SqlStorage,
  { uid, requestDigest }: { readonly uid: string; readonly requestDigest: Uint8Array },
): StoredIssuance | undefined {
  const [row] = sql.exec<Row>(FIND, requestDigest, uid).toArray()
  if (row === undefined) return undefined
  return {
    isSameRequest: row.is_same_request === 1,
    answer: toAnswer({
      certificate: new Uint8Array(row.certificate),
      serialNumber: new Uint8Array(row.serial),
      notBeforeSeconds: row.not_before_seconds,
      notAfterSeconds: row.not_after_seconds,
      clamped: readClamped(row.clamped),
      ignored: readNotices(row.ignored),
      warnings: readNotices(row.warnings),
      intermediatesPem: row.intermediates,
      rootPem: row.root,
    }),
  }
}

const RECORD = `
  INSERT INTO issuance (uid, request_digest, serial, certificate, authority, profile,
    not_before_seconds, not_after_seconds, clamped, names, issued_at_ms, origin,
    key_id, signature_base, token_id, signature, body, ignored, warnings)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/**
 * Records a certificate.
 *
 * @returns The answer that {@link findIssuance} gives from now on.
 * @throws When the uid or the serial number is already there, or the disk is full.
 */
export function recordIssuance(sql: SqlStorage, issuance: Issuance): Answer {
  const { request, order, ca, certificate, serialNumber, issuedAtMs } = issuance
  const { origin, evidence, requestDigest } = request
  const { plan, profile } = order
  const ignored = boundNotices(plan.ignored)
  const warnings = boundNotices(plan.warnings)
  const { signatureBase, tokenId } = keepToken(sql, evidence)
  sql.exec(
    RECORD,
    origin.uid,
    requestDigest,
    serialNumber,
    certificate,
    authorityId(sql, ca),
    profile,
    plan.notBeforeSeconds,
    plan.notAfterSeconds,
    plan.clamped,
    JSON.stringify({
      subject: plan.names.subject,
      subjectAltNames: plan.names.subjectAltNames,
      commonNames: plan.names.commonNames,
    }),
    issuedAtMs,
    JSON.stringify(origin),
    evidence.keyId,
    signatureBase,
    tokenId,
    evidence.signature,
    request.body,
    JSON.stringify(ignored),
    JSON.stringify(warnings),
  )
  const { notBeforeSeconds, notAfterSeconds, clamped } = plan
  const { intermediatesPem, rootPem } = ca
  recordNames(sql, plan.names)
  return toAnswer({
    certificate,
    serialNumber,
    notBeforeSeconds,
    notAfterSeconds,
    clamped,
    ignored,
    warnings,
    intermediatesPem,
    rootPem,
  })
}

const RECORD_NAMES = `
  INSERT INTO issuance_name (name, seq)
  SELECT value, (SELECT max(seq) FROM issuance) FROM json_each(?)`

const RECORD_SUFFIXES = `
  INSERT INTO issuance_suffix (reversed, seq)
  SELECT value, (SELECT max(seq) FROM issuance) FROM json_each(?)`

/** For the certificate that was recorded last. */
function recordNames(
  sql: SqlStorage,
  { commonNames, subjectAltNames }: CertificatePlan['names'],
): void {
  const names = searchNames(commonNames, subjectAltNames)
  sql.exec(RECORD_NAMES, JSON.stringify(names))
  sql.exec(RECORD_SUFFIXES, JSON.stringify(names.map(reversed)))
}

/** What an answer is made of, as it was issued or as it is stored. */
interface AnswerParts
  extends
    Pick<Issuance, 'certificate' | 'serialNumber'>,
    Pick<CertificatePlan, 'notBeforeSeconds' | 'notAfterSeconds' | 'clamped'>,
    Pick<Answer, 'ignored' | 'warnings'>,
    Pick<IssuingCa, 'intermediatesPem' | 'rootPem'> {}

const toAnswer = (parts: AnswerParts): Answer => ({
  chain: encodePem('CERTIFICATE', parts.certificate) + parts.intermediatesPem,
  ca: parts.rootPem,
  serialNumber: toHex(parts.serialNumber),
  notBefore: toRfc3339(parts.notBeforeSeconds * 1000),
  notAfter: toRfc3339(parts.notAfterSeconds * 1000),
  clamped: parts.clamped,
  ignored: parts.ignored,
  warnings: parts.warnings,
})

/** The row of the chain; the table has a row for each chain ever used, so a handful. */
function authorityId(sql: SqlStorage, ca: IssuingCa): number {
  const chain = [ca.sha256, ca.intermediatesPem, ca.rootPem] as const
  const [known] = sql
    .exec<{ id: number }>(
      'SELECT id FROM authority WHERE sha256 = ? AND intermediates = ? AND root = ?',
      ...chain,
    )
    .toArray()
  if (known !== undefined) return known.id
  return sql
    .exec<{ id: number }>(
      'INSERT INTO authority (sha256, intermediates, root) VALUES (?, ?, ?) RETURNING id',
      ...chain,
    )
    .one().id
}

/** The column `clamped`. */
export function readClamped(text: string | null): SignAnswer['clamped'] {
  return text === 'profile' || text === 'issuer' ? text : null
}

/** The columns `ignored` and `warnings`, as {@link recordIssuance} writes them. */
export const readNotices = (text: string): string[] => noticesSchema.parse(JSON.parse(text))
