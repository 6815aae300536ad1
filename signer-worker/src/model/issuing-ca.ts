/**
 * An issuing CA as policy, the CA and the ledger see it.
 *
 * @module
 */
import type { KeyObject } from 'node:crypto'
import type {
  Extension,
  Name,
  NameConstraints,
  SubjectPublicKeyInfo,
} from '@edge-issuer/shared/x509'

/** A signature algorithm, for node:crypto and for a certificate. */
export interface SigningAlgorithm {
  /** Ed25519 hashes inside. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null
  /** AlgorithmIdentifier in DER. */
  readonly identifier: Uint8Array
}

/** Extensions that name where a CA publishes, not critical, in the order of the certificate. */
export interface DistributionExtensions {
  readonly all: readonly Extension[]
  /** For a certificate that is never revoked (RFC 9608 §4): without CRL and OCSP. */
  readonly withoutRevocation: readonly Extension[]
}

/** An issuing CA without its key. Limits are those of the whole chain, not only of its own certificate. */
export interface IssuingCa {
  /** The issuing CA, then each one above it, the root last. */
  readonly certificates: readonly Uint8Array[]
  /** The same in PEM. */
  readonly chainPem: string
  /** PEM of what is appended to a leaf: the chain without its root; empty when the root issues. */
  readonly intermediatesPem: string
  readonly rootPem: string
  /** Name in DER. */
  readonly subject: Uint8Array
  /** RFC 4514, for people. */
  readonly subjectText: string
  /** Subjects of every certificate of the chain, in its order. */
  readonly subjects: readonly Name[]
  /** The extension that names its key in what it issues: the same in every certificate. */
  readonly authorityKeyId: Extension
  readonly publicKey: SubjectPublicKeyInfo
  readonly signing: SigningAlgorithm
  /** Lower-case hexadecimal. */
  readonly serialNumber: string
  /** SHA-256 of the issuing CA's certificate, lower-case hexadecimal. */
  readonly sha256: string
  /** When every certificate of the chain is valid: epoch ms, both ends included. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** How many CA certificates may follow the issuing one; no limit when undefined. */
  readonly pathLength: number | undefined
  /** Of every certificate that has them. */
  readonly nameConstraints: readonly NameConstraints[]
  /** extKeyUsage of every certificate below the root that has it. */
  readonly extKeyUsages: readonly (readonly string[])[]
  /**
   * Certificate policies of which everything below must name one, `ANY_POLICY` for any; nothing need be
   * named when undefined.
   */
  readonly requiredPolicies: readonly string[] | undefined
  /** Whether its keyUsage has cRLSign. */
  readonly canSignCrls: boolean
  /** Extensions of its certificates that name where it publishes. */
  readonly distribution: DistributionExtensions
}

/** The private key of an issuing CA, proved to be its own. */
export interface IssuingKey {
  readonly privateKey: KeyObject
  /** Of the certificate: what is signed must verify with it. */
  readonly publicKey: KeyObject
}

/** What a certificate is signed with. */
export interface Signing {
  readonly key: IssuingKey
  /** Positive, big-endian, without a leading zero octet: `ca/serial.ts`. */
  readonly serialNumber: Uint8Array
}
