/**
 * Signature algorithms of certification requests: the closed list of those that are accepted.
 *
 * @module
 */
import type { DerReader } from '../der/reader.ts'
import { endAlgorithm } from './algorithm.ts'
import { oidToText, SIGNATURE_OID } from './oid.ts'

/** How a request is signed, in node:crypto's words for hashes; Ed25519 has its own inside. */
export type SignatureAlgorithm =
  | { readonly kind: 'RSA' | 'EC'; readonly hash: 'sha256' | 'sha384' | 'sha512' }
  | { readonly kind: 'Ed25519' }

const ALGORITHMS = new Map<string, SignatureAlgorithm>([
  [SIGNATURE_OID.sha256WithRSAEncryption, { kind: 'RSA', hash: 'sha256' }],
  [SIGNATURE_OID.sha384WithRSAEncryption, { kind: 'RSA', hash: 'sha384' }],
  [SIGNATURE_OID.sha512WithRSAEncryption, { kind: 'RSA', hash: 'sha512' }],
  [SIGNATURE_OID.ecdsaWithSHA256, { kind: 'EC', hash: 'sha256' }],
  [SIGNATURE_OID.ecdsaWithSHA384, { kind: 'EC', hash: 'sha384' }],
  [SIGNATURE_OID.ecdsaWithSHA512, { kind: 'EC', hash: 'sha512' }],
  [SIGNATURE_OID.ed25519, { kind: 'Ed25519' }],
])

/**
 * Takes an AlgorithmIdentifier. Refuses hashes under SHA-256 and RSASSA-PSS, whose parameters can
 * say the same thing in many ways.
 */
export function readSignatureAlgorithm(reader: DerReader, field: string): SignatureAlgorithm {
  const identifier = reader.sequence(field)
  const oid = identifier.objectIdentifier('algorithm')
  const algorithm = ALGORITHMS.get(oid)
  if (algorithm === undefined) {
    throw identifier.refusal(
      'algorithm',
      'signature_algorithm_not_accepted',
      `is ${oidToText(oid)}; RSA (PKCS #1) or ECDSA with SHA-256, SHA-384 or SHA-512, or Ed25519 is wanted`,
    )
  }
  endAlgorithm(identifier, algorithm.kind)
  return algorithm
}
