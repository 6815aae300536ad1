/**
 * What policy decides, what the CA signs and what the ledger records.
 *
 * @module
 */
import type { Extension } from '@edge-issuer/shared/x509'

/** The times of a certificate, epoch seconds, both ends included. */
export interface Validity {
  readonly notBeforeSeconds: number
  readonly notAfterSeconds: number
  /** What shortened the duration; the issuer, when both did. */
  readonly clamped: null | 'profile' | 'issuer'
}

/**
 * All contents of a certificate except its serial number and its issuer. Plain, cloneable data: it crosses to
 * the ledger's Durable Object.
 */
export interface CertificatePlan extends Validity {
  /** Name in DER, as the certification request has it. */
  readonly subject: Uint8Array
  /** SubjectPublicKeyInfo in DER, as the certification request has it. */
  readonly spki: Uint8Array
  /** In the order of the certificate. */
  readonly extensions: readonly Extension[]
  /** What was requested and is not certified, one sentence each. */
  readonly ignored: readonly string[]
  /** What a verifier may refuse in the certificate, and what to add, one sentence each. */
  readonly warnings: readonly string[]
  /** Names of the lints (`ca/lint/lint.ts`) that do not apply, because the profile says so. */
  readonly lintExceptions: readonly string[]
  /** For the ledger and for people. */
  readonly names: {
    /** RFC 4514; empty for an empty subject. */
    readonly subject: string
    readonly commonNames: readonly string[]
    /** In openssl's form: `DNS:a.example`. */
    readonly subjectAltNames: readonly string[]
  }
}
