/**
 * Verifies an export line by line.
 *
 * @module
 */
import { CertificateCache, type ParsedCertificate } from '@edge-issuer/relay/signer'
import type { ClientKeys } from './client-keys.ts'
import { readRecord } from './exported-record.ts'
import { readLines } from './read-lines.ts'
import { RepeatedRecords } from './repeated-records.ts'
import { verifyCertificate } from './verify-certificate.ts'
import { verifyEvidence } from './verify-evidence.ts'
import { tokenSignatureFindings } from './verify-token-evidence.ts'

/** Maximum length of a line, in bytes: four times the largest possible record. */
const MAX_LINE_BYTES = 2_097_152

/** Maximum number of worker URLs in the result. */
const MAX_URLS = 8

/** Records between two reports of progress. */
const PROGRESS_RECORDS = 100

/** Trust anchors, which must not come from the export. */
export interface Trust {
  /** Client keys; signatures are not checked if `undefined`. */
  readonly keys: ClientKeys | undefined
  /** Roots; each record is checked against its own root if `undefined`. */
  readonly roots: readonly ParsedCertificate[] | undefined
  /** Whether a record without the body of its request fails. */
  readonly allProvable: boolean
}

/** A problem of one record. */
export interface Finding {
  /** Line number from 1. */
  readonly line: number
  /** The uid in the record; `null` for a line that is not a record. */
  readonly uid: string | null
  /** One sentence. */
  readonly finding: string
}

/** Number of records by outcome. */
interface Outcomes {
  /** Valid, with a signature by a given client key. */
  readonly verified: number
  /** Valid, but the signature was not checked, since no keys were given. */
  readonly signatureNotChecked: number
  /** Valid, but the ledger did not keep the body of the request. */
  readonly notProvable: number
  readonly failed: number
}

/** Result for a whole export. */
export interface ExportTotals extends Outcomes {
  readonly records: number
  /** Issue time of the last certificate without a body, RFC 3339. */
  readonly notProvableUntil: string | null
  /** URLs of the first workers for which requests were signed. */
  readonly publicUrls: readonly string[]
}

/** Callbacks for progress. */
export interface ExportObserver {
  readonly found: (finding: Finding) => void
  /** Called every hundred records. */
  readonly read: (records: number) => void
}

/**
 * Verifies every line. Needs about 200 bytes of memory per record, for finding duplicates.
 *
 * @throws What reading `chunks` throws.
 */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  trust: Trust,
  observer: ExportObserver,
): Promise<ExportTotals> {
  const verifier = new RecordVerifier(trust)
  const outcomes = { verified: 0, signatureNotChecked: 0, notProvable: 0, failed: 0 }
  const publicUrls = new Set<string>()
  let notProvableUntil: string | null = null
  let line = 0
  for await (const read of readLines(chunks, MAX_LINE_BYTES)) {
    line += 1
    const check = read === 'too long' ? TOO_LONG : await verifier.check(read.bytes, line)
    const { outcome, uid, publicUrl, withoutBodyAt } = check
    outcomes[outcome] += 1
    if (publicUrl !== undefined && publicUrls.size < MAX_URLS) publicUrls.add(publicUrl)
    notProvableUntil = later(notProvableUntil, withoutBodyAt)
    for (const finding of check.findings) observer.found({ line, uid, finding })
    if (line % PROGRESS_RECORDS === 0) observer.read(line)
  }
  return { records: line, ...outcomes, notProvableUntil, publicUrls: [...publicUrls] }
}

/** The later of two RFC 3339 times in UTC and whole seconds, which sort as text. */
const later = (one: string | null, other: string | undefined): string | null =>
  other !== undefined && (one === null || other > one) ? other : one

interface LineCheck {
  readonly outcome: keyof Outcomes
  readonly uid: string | null
  readonly publicUrl?: string | undefined
  /** Issue time of a certificate whose record has no body. */
  readonly withoutBodyAt?: string | undefined
  readonly findings: readonly string[]
}

const TOO_LONG: LineCheck = {
  outcome: 'failed',
  uid: null,
  findings: [`the line exceeds the maximum of ${String(MAX_LINE_BYTES)} bytes`],
}

class RecordVerifier {
  readonly #trust: Trust
  readonly #certificates = new CertificateCache()
  readonly #repeated = new RepeatedRecords()

  constructor(trust: Trust) {
    this.#trust = trust
  }

  async check(bytes: Uint8Array, line: number): Promise<LineCheck> {
    const read = readRecord(bytes)
    if (!read.ok) return { outcome: 'failed', uid: null, findings: [read.error] }
    const record = read.value
    const { keys, roots, allProvable } = this.#trust
    const evidence = verifyEvidence(record, keys)
    const { request, publicUrl, credential } = evidence
    const hasBody = record.evidence.body !== null
    const certificates = this.#certificates
    const findings = [
      ...evidence.findings,
      ...(credential === undefined
        ? []
        : await tokenSignatureFindings(record.client, credential, keys?.tokenKeys)),
      ...verifyCertificate(record, { request, roots, certificates }),
      ...this.#repeated.check(record, line),
      ...(hasBody || !allProvable
        ? []
        : ['the record has no request body, which --all-provable requires']),
    ]
    const good = keys === undefined ? 'signatureNotChecked' : 'verified'
    return {
      outcome: findings.length > 0 ? 'failed' : hasBody ? good : 'notProvable',
      uid: record.uid,
      publicUrl,
      withoutBodyAt: hasBody ? undefined : record.issuedAt,
      findings,
    }
  }
}
