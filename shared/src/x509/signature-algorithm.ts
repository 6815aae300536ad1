/**
 * Signature algorithms of certification requests.
 *
 * @module
 */
import type { DerReader } from '../der/reader.ts'
import { TAG } from '../der/tag.ts'
import { oidToText, SIGNATURE_OID } from './oid.ts'

/** A hash by node:crypto's name. */
export type SignatureHash = 'sha256' | 'sha384' | 'sha512'

/** How a request is signed. Whether an algorithm is allowed is decided by policy. */
export type SignatureAlgorithm =
  | { readonly kind: 'RSA' | 'EC'; readonly hash: SignatureHash }
  | {
      readonly kind: 'RSA-PSS'
      /** Hash of the message and of MGF1. */
      readonly hash: SignatureHash
      /** Octets; always the length of the hash. */
      readonly saltLength: number
    }
  | { readonly kind: 'Ed25519' }
  | {
      readonly kind: 'unsupported'
      /** Name of the algorithm, for messages: `ecdsa-with-SHA1 (1.2.840.10045.4.1)`. */
      readonly algorithm: string
    }

const ALGORITHMS = new Map<string, Exclude<SignatureAlgorithm, { kind: 'unsupported' }>>([
  [SIGNATURE_OID.sha256WithRSAEncryption, { kind: 'RSA', hash: 'sha256' }],
  [SIGNATURE_OID.sha384WithRSAEncryption, { kind: 'RSA', hash: 'sha384' }],
  [SIGNATURE_OID.sha512WithRSAEncryption, { kind: 'RSA', hash: 'sha512' }],
  [SIGNATURE_OID.ecdsaWithSHA256, { kind: 'EC', hash: 'sha256' }],
  [SIGNATURE_OID.ecdsaWithSHA384, { kind: 'EC', hash: 'sha384' }],
  [SIGNATURE_OID.ecdsaWithSHA512, { kind: 'EC', hash: 'sha512' }],
  [SIGNATURE_OID.ed25519, { kind: 'Ed25519' }],
])

/** Takes an AlgorithmIdentifier. An algorithm that is not known is a fact, not an error. */
export function readSignatureAlgorithm(reader: DerReader, field: string): SignatureAlgorithm {
  const identifier = reader.sequence(field)
  const oid = identifier.objectIdentifier('algorithm')
  const algorithm = ALGORITHMS.get(oid)
  const parametersTag = identifier.nextTag
  if (parametersTag !== undefined) identifier.any('parameters')
  identifier.end()
  if (algorithm === undefined) return { kind: 'unsupported', algorithm: oidToText(oid) }
  // RFC 4055 §5: RSA with NULL or without; other tools write NULL for the others as well.
  return parametersTag === undefined || parametersTag === TAG.null
    ? algorithm
    : { kind: 'unsupported', algorithm: `${oidToText(oid)} with parameters` }
}
