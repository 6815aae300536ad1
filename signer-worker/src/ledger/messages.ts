/**
 * What the ledger is asked and what it answers: plain data that can cross to the Durable Object.
 *
 * @module
 */
import type { Refusal, Result, SignAnswer, SignOrigin } from '@edge-issuer/shared'
import type { CertificatePlan } from '../policy/evaluate.ts'

/** One request for a certificate, authenticated and judged. */
export interface IssueRequest {
  /** Name of the issuer. */
  readonly issuer: string
  /** SHA-256 of the canonical request, 32 octets. */
  readonly requestDigest: Uint8Array
  /** Who asked; its uid is the key. */
  readonly origin: SignOrigin
  readonly evidence: Evidence
  /** What policy says today. A uid that has a certificate gets it whatever this is. */
  readonly order: Result<IssueOrder, readonly Refusal[]>
}

/** What to issue. */
export interface IssueOrder {
  readonly plan: CertificatePlan
  /** SHA-256 of the issuing CA certificate that the plan was made for, hexadecimal. */
  readonly caSha256: string
  /** Name of the profile that the plan was made by. */
  readonly profile: string
}

/** Proof that the client asked: anyone with its public key can check it again. */
export interface Evidence {
  readonly keyId: string
  readonly signatureBase: string
  readonly signature: Uint8Array
}

/** The certificate of a uid, new or old; or why there is none. */
export type IssueOutcome = Result<SignAnswer, readonly Refusal[]>
