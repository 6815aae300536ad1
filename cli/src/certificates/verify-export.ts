/**
 * Checks an export line by line, and counts.
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

/** Longest line, in bytes: a record with the longest chain and the largest body is a quarter of it. */
const MAX_LINE_BYTES = 2_097_152

/** Worker URLs that are remembered. */
const MAX_URLS = 8

/** Records between two reports of progress. */
const PROGRESS_RECORDS = 100

/** What the records are checked with, which must not come from the export. */
export interface Trust {
  /** Without them signatures are not checked. */
  readonly keys: ClientKeys | undefined
  /** Without them each record brings its own root. */
  readonly roots: readonly ParsedCertificate[] | undefined
  /** Whether a record without the body of its request fails. */
  readonly allProvable: boolean
}

/** One thing that is wrong with one record. */
export interface Finding {
  /** From 1. */
  readonly line: number
  /** As the record says; `null` for a line that is no record. */
  readonly uid: string | null
  /** One sentence. */
  readonly finding: string
}

/** How many records there are of each kind; each record is of one. */
interface Outcomes {
  /** Nothing is wrong, and the signature is that of a given client key. */
  readonly verified: number
  /** Nothing is wrong, but no key is given to check the signature with. */
  readonly signatureNotChecked: number
  /** Nothing is wrong, but the body of the request was not kept. */
  readonly notProvable: number
  readonly failed: number
}

/** The result for a whole export. */
export interface ExportTotals extends Outcomes {
  readonly records: number
  /** When the last certificate without a body was issued, RFC 3339. */
  readonly notProvableUntil: string | null
  /** Workers that requests were signed for, the first ones. */
  readonly publicUrls: readonly string[]
}

/** Who is told on the way. */
export interface ExportObserver {
  readonly found: (finding: Finding) => void
  /** Called every hundred records. */
  readonly read: (records: number) => void
}

/**
 * Checks every line. Memory does not grow with the records but for what finds repeated ones, some 200 bytes
 * for each.
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
    const check = read === 'too long' ? TOO_LONG : verifier.check(read.bytes, line)
    const { outcome, uid, publicUrl, withoutBodyAt } = check
    outcomes[outcome] += 1
    if (publicUrl !== undefined && publicUrls.size < MAX_URLS) publicUrls.add(publicUrl)
    notProvableUntil = later(notProvableUntil, withoutBodyAt)
    for (const finding of check.findings) observer.found({ line, uid, finding })
    if (line % PROGRESS_RECORDS === 0) observer.read(line)
  }
  return { records: line, ...outcomes, notProvableUntil, publicUrls: [...publicUrls] }
}

/** Texts of RFC 3339 in UTC and whole seconds are in the order of their times. */
const later = (one: string | null, other: string | undefined): string | null =>
  other !== undefined && (one === null || other > one) ? other : one

interface LineCheck {
  readonly outcome: keyof Outcomes
  readonly uid: string | null
  readonly publicUrl?: string | undefined
  /** When a certificate whose record has no body was issued. */
  readonly withoutBodyAt?: string | undefined
  readonly findings: readonly string[]
}

const TOO_LONG: LineCheck = {
  outcome: 'failed',
  uid: null,
  findings: [`the line is longer than ${String(MAX_LINE_BYTES)} bytes`],
}

class RecordVerifier {
  readonly #trust: Trust
  readonly #certificates = new CertificateCache()
  readonly #repeated = new RepeatedRecords()

  constructor(trust: Trust) {
    this.#trust = trust
  }

  check(bytes: Uint8Array, line: number): LineCheck {
    const read = readRecord(bytes)
    if (!read.ok) return { outcome: 'failed', uid: null, findings: [read.error] }
    const record = read.value
    const { keys, roots, allProvable } = this.#trust
    const evidence = verifyEvidence(record, keys)
    const { request, publicUrl } = evidence
    const hasBody = record.evidence.body !== null
    const certificates = this.#certificates
    const findings = [
      ...evidence.findings,
      ...verifyCertificate(record, { request, roots, certificates }),
      ...this.#repeated.check(record, line),
      ...(hasBody || !allProvable ? [] : ['the record does not have the body of its request']),
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
