/**
 * Signature algorithms of certification requests: the closed list of those that are accepted.
 *
 * @module
 */
import { fromHex } from '../der/octets.ts'
import type { DerReader } from '../der/reader.ts'
import { oidToText, SIGNATURE_OID } from './oid.ts'
import type { Curve } from './public-key.ts'

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

/** Orders of the curves, `n` (SP 800-186 §3.2.1), big-endian. */
const CURVE_ORDERS: Readonly<Record<Curve, Uint8Array>> = {
  'P-256': fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  'P-384': fromHex(
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ),
  'P-521': fromHex(
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  ),
}

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
      `is ${oidToText(oid)}; RSA (PKCS #1) or ECDSA with SHA-256, SHA-384 or SHA-512, or Ed25519 is wanted`,
    )
  }
  // RFC 4055 §5 wants NULL for RSA, RFC 5758 §3.2 and RFC 8410 §3 nothing for the others.
  if (algorithm.kind === 'RSA') identifier.null('parameters')
  identifier.end()
  return algorithm
}

/** Goes through an ECDSA signature (RFC 3279 §2.2.3): r and s from 1 to n − 1, each in its one form. */
export function readEcdsaSignature(bits: DerReader, curve: Curve): void {
  const pair = bits.sequence('Ecdsa-Sig-Value')
  for (const field of ['r', 's']) {
    if (!isBelow(pair.positiveInteger(field), CURVE_ORDERS[curve])) {
      throw pair.refusal(field, `is not below the order of ${curve}`)
    }
  }
  pair.end()
  bits.end()
}

/** Compares magnitudes, big-endian and without leading zero octets. */
function isBelow(magnitude: Uint8Array, limit: Uint8Array): boolean {
  if (magnitude.length !== limit.length) return magnitude.length < limit.length
  const at = magnitude.findIndex((octet, index) => octet !== limit[index])
  return at >= 0 && (magnitude[at] ?? 0) < (limit[at] ?? 0)
}
