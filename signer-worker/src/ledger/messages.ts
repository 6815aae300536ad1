/**
 * Requests to the ledger and its answers: plain data that can cross to the Durable Object.
 *
 * @module
 */
import type {
  CertificateDetail,
  CertificateRecord,
  Refusal,
  RefusedRequest,
  Requester,
  Result,
  SignAnswer,
  SignOrigin,
} from '@edge-issuer/shared'
import type { LedgerKey } from '../directory/messages.ts'
import type { CertificatePlan } from '../model/certificate-plan.ts'
import type { Evidence } from '../model/evidence.ts'

/** A lookup by uid. */
export interface LookupRequest {
  /** The key of the ledger. */
  readonly uid: string
  /** SHA-256 of the canonical request, 32 bytes. */
  readonly requestDigest: Uint8Array
  /** {@link ShardPlacement.shardGeneration} of the caller's settings. */
  readonly shardGeneration: number
  /** As {@link IssueRequest.repeatsPerMinute}. */
  readonly repeatsPerMinute: number
}

/** Which object of a client's ledger a request is for, as the caller's settings have it. */
export interface LedgerPlace extends LedgerKey {
  /** {@link ShardPlacement.shardGeneration} of the caller's settings. */
  readonly shardGeneration: number
}

/** One request for a certificate, authenticated and evaluated. */
export interface IssueRequest {
  /** Name of the issuer. */
  readonly issuer: string
  /** SHA-256 of the canonical request, 32 bytes. */
  readonly requestDigest: Uint8Array
  /** Who asked; its uid is the key. */
  readonly origin: SignOrigin
  readonly evidence: Evidence
  /** The body as it was sent: what the digest in the evidence is of. */
  readonly body: Uint8Array
  /** What policy says today. A uid that has a certificate gets it whatever this is. */
  readonly order: Result<IssueOrder, readonly Refusal[]>
  /** New certificates that the client may have in any 60 seconds; no limit when undefined. */
  readonly certificatesPerMinute: number | undefined
  /** Requests that issue nothing, refused or answered before, that one object answers in a minute. */
  readonly repeatsPerMinute: number
}

/** What to issue. */
export interface IssueOrder {
  readonly plan: CertificatePlan
  /** SHA-256 of the issuing CA certificate that the plan was made for, hexadecimal. */
  readonly caSha256: string
  /** Name of the profile that the plan was made by. */
  readonly profile: string
}

/** Why there is no certificate. */
export interface LedgerRefusal {
  readonly refusals: readonly Refusal[]
  /** For the log, where the text outside is constant. */
  readonly reason?: string
}

/** The certificate of a uid, new or old; or why there is none. */
export type IssueOutcome = Result<SignAnswer, LedgerRefusal>

/** Part of a list: what comes after `after`, in order. */
export interface PageRequest {
  /** Position of the last item of the page before; 0 for the first page. */
  readonly after: number
  readonly limit: number
}

/** A part of a list, and the position of its last item. */
export interface LedgerPage<Item> {
  readonly items: readonly Item[]
  /** `undefined` when nothing follows. */
  readonly next: number | undefined
}

/** What is known of a certificate inside the worker beyond what it answers. */
interface Lineage {
  readonly requester: Requester
  /** Certificates of one lineage in one ledger renew each other. */
  readonly lineage: string
}

/** A certificate with its chain, without the ledger that it is in. */
export type LedgerCertificate = Omit<CertificateDetail, 'issuer' | 'client' | 'requester'> & Lineage

/** A record, without the ledger that it is in. */
export type LedgerRecord = Omit<CertificateRecord, 'issuer' | 'client' | 'requester'> & Lineage

/** A refused request, without the ledger that it is in. */
export type LedgerRefusedRequest = Omit<RefusedRequest, 'issuer' | 'client'>

/** What one object counts. */
export interface LedgerCounters {
  /** Certificates that were ever issued. */
  readonly issued: number
  /** Requests that were answered with a certificate that existed. */
  readonly replayed: number
  /** Requests that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Size of the database, in bytes. */
  readonly databaseBytes: number
}
