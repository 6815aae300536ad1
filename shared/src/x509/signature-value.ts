/**
 * Signature values: in the one form, and the range, that a key leaves. What no signer can have made
 * is refused here, whatever the library that verifies makes of it.
 *
 * @module
 */
import { fromHex, isBelow } from '../der/bytes.ts'
import type { DerReader } from '../der/reader.ts'
import type { ParseErrorCode } from '../parse-error.ts'
import { ED25519_OCTETS, isCanonicalPoint, isScalar, isSmallOrderPoint } from './ed25519.ts'
import type { Curve, PublicKey } from './public-key.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

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

/** Who signed, and how. */
interface Signer {
  readonly key: PublicKey
  readonly algorithm: SignatureAlgorithm
}

/**
 * Takes a BIT STRING that holds a signature by `key`. Its contents are read only where the algorithm
 * is one of that kind of key; policy refuses all others.
 *
 * @returns Its octets: Ecdsa-Sig-Value in DER, or what RSA or Ed25519 gives as it is.
 */
export function readSignature(
  reader: DerReader,
  field: string,
  { key, algorithm }: Signer,
): Uint8Array {
  const signature = reader.insideBitString(field)
  if (!isSignatureBy(key, algorithm)) return signature.contents
  if (key.kind === 'EC') {
    readEcdsaSignature(signature, key.curve)
    return signature.contents
  }
  const error = checkOctets(signature.contents, key)
  if (error !== undefined) throw reader.refusal(field, error)
  return signature.contents
}

/** Whether keys of this kind make signatures by this algorithm. */
export const isSignatureBy = (key: PublicKey, algorithm: SignatureAlgorithm): boolean =>
  algorithm.kind !== 'unsupported' &&
  (algorithm.kind === 'RSA-PSS' ? key.kind === 'RSA' : algorithm.kind === key.kind)

/** RFC 3279 §2.2.3: r and s from 1 to n − 1. Both s and n − s are right; ECDSA says no more. */
function readEcdsaSignature(signature: DerReader, curve: Curve): void {
  const pair = signature.sequence('Ecdsa-Sig-Value')
  for (const field of ['r', 's']) {
    if (!isBelow(pair.positiveInteger(field), CURVE_ORDERS[curve])) {
      throw pair.refusal(field, 'signature_out_of_range', `is not below the order of ${curve}`)
    }
  }
  pair.end()
  signature.end()
}

function checkOctets(octets: Uint8Array, key: PublicKey): ParseErrorCode | undefined {
  switch (key.kind) {
    case 'RSA': {
      // RFC 8017 §8.2.2 and §5.2.2: as many octets as the modulus, and a number below it.
      if (octets.length !== key.modulus.length) return 'signature_length'
      return isBelow(octets, key.modulus) ? undefined : 'signature_out_of_range'
    }
    case 'Ed25519': {
      return checkEd25519(octets)
    }
    case 'EC':
    case 'unsupported': {
      return undefined
    }
  }
}

/** RFC 8032 §5.1.7: the point R, then the number S. */
function checkEd25519(octets: Uint8Array): ParseErrorCode | undefined {
  if (octets.length !== 2 * ED25519_OCTETS) return 'signature_length'
  const point = octets.subarray(0, ED25519_OCTETS)
  if (!isCanonicalPoint(point) || !isScalar(octets.subarray(ED25519_OCTETS))) {
    return 'signature_out_of_range'
  }
  return isSmallOrderPoint(point) ? 'signature_small_order' : undefined
}
