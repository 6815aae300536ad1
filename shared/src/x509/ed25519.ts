/**
 * Points and numbers of Ed25519 (RFC 8032 §5.1) as octets: little-endian, a point as its y with the
 * sign of x in the highest bit. OpenSSL and BoringSSL check less than this module.
 *
 * @module
 */
import { fromHex, isBelow, toHex } from '../der/bytes.ts'

/** Octets of a public key, and of each half of a signature. */
export const ED25519_OCTETS = 32

/** Order of the base point, `L`; big-endian. */
const ORDER = fromHex('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed')

/** The prime `p` = 2²⁵⁵ − 19; big-endian. */
const PRIME = fromHex('7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed')

/**
 * y of the eight points whose order divides the cofactor: the orders 1, 2, 4, and two times 8. As a
 * public key such a point verifies forged signatures.
 */
const SMALL_ORDER_Y: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000001',
  '7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7',
  '05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826',
])

/** y without the sign of x, big-endian. */
const coordinate = (point: Uint8Array): Uint8Array => {
  const y = point.toReversed()
  y[0] = (y[0] ?? 0) & 0x7f
  return y
}

/** Whether y is below the prime: each point has one such form. */
export const isCanonicalPoint = (point: Uint8Array): boolean => isBelow(coordinate(point), PRIME)

/** Whether eight times the point is nothing. */
export const isSmallOrderPoint = (point: Uint8Array): boolean =>
  SMALL_ORDER_Y.has(toHex(coordinate(point)))

/** Whether the second half of a signature is below the order of the base point (RFC 8032 §5.1.7). */
export const isScalar = (octets: Uint8Array): boolean => isBelow(octets.toReversed(), ORDER)
