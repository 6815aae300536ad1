/**
 * Signatures of Ed25519 that RFC 8032 §5.1.7 or common sense refuse, and OpenSSL or BoringSSL partly
 * do not: numbers out of range, points in a second form, points of small order.
 * @module
 */
import { createHash, type KeyObject } from 'node:crypto'
import { csrInfo, signCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  bitString,
  concat,
  makeKey,
  octets,
  octetString,
  oid,
  seq,
  signWith,
} from '@edge-issuer/testbed/pki/x509'
import { VALID } from '../malformed/base.ts'
import type { Control, Forgery } from './forgery.ts'
import { modulo, toNumber, toOctets } from './numbers.ts'

const PRIME = (1n << 255n) - 19n
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n
const SIGN_OF_X = 1n << 255n

/** y of a point of order 8 (the other one is p − y), and of those of order 4, 1 and 2. */
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
const SMALL_ORDER: readonly (readonly [string, bigint])[] = [
  ['order 1', 1n],
  ['order 2', PRIME - 1n],
  ['order 4', 0n],
  ['order 8', ORDER_8],
  ['order 8, the other y', PRIME - ORDER_8],
]

const KEY = aKey('Ed25519')
const PUBLIC = KEY.spki.subarray(-32)
const INFO = csrInfo({ ...VALID, key: KEY })
const SIGNATURE = signWith(KEY, INFO)
const [R, S] = [SIGNATURE.subarray(0, 32), SIGNATURE.subarray(32)]

const littleEndian = (octetsOf: Uint8Array): bigint => toNumber(octetsOf.toReversed())
const toLittleEndian = (value: bigint): Uint8Array => toOctets(value, 32).toReversed()
const sha512 = (...parts: readonly Uint8Array[]): Uint8Array =>
  createHash('sha512')
    .update(concat(...parts))
    .digest()
/** RFC 8032 §5.1.5. */
function scalarOf(privateKey: KeyObject): bigint {
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const bytes = sha512(seed).slice(0, 32)
  bytes[0] = (bytes[0] ?? 0) & 0xf8
  bytes[31] = ((bytes[31] ?? 0) & 0x7f) | 0x40
  return littleEndian(bytes)
}

const csr = (...parts: readonly Uint8Array[]): Uint8Array =>
  signCsr(INFO, { key: KEY, signature: concat(...parts) })
const withS = (value: bigint): Uint8Array => csr(R, toLittleEndian(value))
/** R is of small order, so S = h·a: valid by the equation, but it reveals a = S ÷ h. */
function withSmallR(point: Uint8Array): Uint8Array {
  const h = littleEndian(sha512(point, PUBLIC, INFO))
  return csr(point, toLittleEndian(modulo(h * scalarOf(KEY.privateKey), ORDER)))
}

/** A request for any point, signed without a private key: R is the public point of S. */
function forPoint(point: Uint8Array): Uint8Array {
  const spki = seq(seq(oid('1.3.101.112')), bitString(point))
  const { privateKey, spki: other } = makeKey('Ed25519')
  const scalar = toLittleEndian(modulo(scalarOf(privateKey), ORDER))
  const signature = concat(other.subarray(-32), scalar)
  return signCsr(csrInfo({ ...VALID, spki }), { key: KEY, signature })
}

const s = littleEndian(S)

const VALUES: readonly Forgery[] = [
  ['S + L', 'csr_malformed/signature_out_of_range', withS(s + ORDER)],
  ['S + 2L', 'csr_malformed/signature_out_of_range', withS(s + 2n * ORDER)],
  ['S + 14L', 'csr_malformed/signature_out_of_range', withS(s + 14n * ORDER)],
  ['S of L', 'csr_malformed/signature_out_of_range', withS(ORDER)],
  ['S with its highest bit set', 'csr_malformed/signature_out_of_range', withS(s + (1n << 255n))],
  ['S of 2²⁵⁶ − 1', 'csr_malformed/signature_out_of_range', withS((1n << 256n) - 1n)],
  ['S of L − 1', 'csr_signature_invalid', withS(ORDER - 1n)],
  ['S of 0', 'csr_signature_invalid', withS(0n)],
  ['L − S', 'csr_signature_invalid', withS(ORDER - s)],
  ['the other sign of R', 'csr_signature_invalid', csr(R.with(31, (R[31] ?? 0) ^ 0x80), S)],
  ['the signature of another request', 'csr_signature_invalid', csr(signWith(KEY, csrInfo()))],
  ['63 octets', 'csr_malformed/signature_length', csr(SIGNATURE.subarray(0, -1))],
  ['65 octets', 'csr_malformed/signature_length', csr(SIGNATURE, octets(0))],
  ['R alone', 'csr_malformed/signature_length', csr(R)],
  ['no octets', 'csr_malformed/signature_length', csr()],
  ['R and S in DER', 'csr_malformed/signature_length', csr(seq(octetString(R), octetString(S)))],
  ['R of p', 'csr_malformed/signature_out_of_range', withSmallR(toLittleEndian(PRIME))],
  ['R of p + 1', 'csr_malformed/signature_out_of_range', withSmallR(toLittleEndian(PRIME + 1n))],
  [
    'R of p + 1 and the other sign',
    'csr_malformed/signature_out_of_range',
    withSmallR(toLittleEndian(PRIME + 1n + SIGN_OF_X)),
  ],
  ...SMALL_ORDER.flatMap(([name, y]): readonly Forgery[] => [
    [`R of ${name}`, 'csr_malformed/signature_small_order', withSmallR(toLittleEndian(y))],
    [
      `R of ${name}, the other sign`,
      'csr_malformed/signature_small_order',
      withSmallR(toLittleEndian(y + SIGN_OF_X)),
    ],
  ]),
]

/** A point in words, and as the 32 octets of a public key. */
type NamedPoint = readonly [name: string, point: Uint8Array]

/** The eight points whose order divides the cofactor, and second encodings of the first two. */
export const SMALL_ORDER_POINTS: readonly NamedPoint[] = SMALL_ORDER.flatMap(
  ([name, y]): readonly NamedPoint[] => [
    [name, toLittleEndian(y)],
    [`${name}, the other sign`, toLittleEndian(y + SIGN_OF_X)],
  ],
)

/** Points whose y is not below the prime. */
export const NOT_CANONICAL_POINTS: readonly NamedPoint[] = [
  ['p', toLittleEndian(PRIME)],
  ['p + 1', toLittleEndian(PRIME + 1n)],
  ['p + 1 and the other sign', toLittleEndian(PRIME + 1n + SIGN_OF_X)],
  ['2²⁵⁵ − 1', toLittleEndian((1n << 255n) - 1n)],
]

const KEYS: readonly Forgery[] = [
  ...SMALL_ORDER_POINTS.map(([name, point]): Forgery => [
    `a key of ${name}`,
    'key_not_allowed/key_small_order',
    forPoint(point),
  ]),
  ...NOT_CANONICAL_POINTS.map(([name, point]): Forgery => [
    `a key of ${name}`,
    'csr_malformed/key_not_canonical',
    forPoint(point),
  ]),
]

export const ED25519_FORGERIES: readonly Forgery[] = [...VALUES, ...KEYS].map(
  ([name, verdict, der]) => [`Ed25519 with ${name}`, verdict, der],
)
export const ED25519_CONTROLS: readonly Control[] = [['Ed25519, put together by hand', csr(R, S)]]
