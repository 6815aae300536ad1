/**
 * Faults of the public key. The signature is one of the key that would have stood there.
 * @module
 */
import { rsaSpki } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  bitString,
  concat,
  integer,
  NULL,
  octets,
  oid,
  seq,
  tlv,
} from '@edge-issuer/testbed/pki/x509'
import { changed, type MalformedCase } from './base.ts'

const EC_KEY = oid('1.2.840.10045.2.1')
const P256 = oid('1.2.840.10045.3.1.7')
const RSA_KEY = oid('1.2.840.113549.1.1.1')
const ED25519 = oid('1.3.101.112')
const POINT = aKey().spki.subarray(-65)
const RSA = aKey('RSA-2048')
const OWN_MODULUS = BigInt(
  `0x${Buffer.from(RSA.privateKey.export({ format: 'jwk' }).n ?? '', 'base64url').toString('hex')}`,
)

const ec = (...parts: readonly Uint8Array[]): Uint8Array => changed({ spki: seq(...parts) })
const ecPoint = (point: Uint8Array): Uint8Array => ec(seq(EC_KEY, P256), bitString(point))
const ed25519 = (...parts: readonly Uint8Array[]): Uint8Array =>
  changed({ key: aKey('Ed25519'), spki: seq(...parts) })
const ed25519Point = (...point: readonly number[]): Uint8Array =>
  ed25519(seq(ED25519), bitString(octets(...point)))
const rsa = (spki: Uint8Array): Uint8Array => changed({ key: RSA, spki })
const rsaParts = (parameters: readonly Uint8Array[], key: Uint8Array): Uint8Array =>
  rsa(seq(seq(RSA_KEY, ...parameters), bitString(key)))
const rsaNumbers = (modulus: bigint, exponent = 65_537n): Uint8Array =>
  rsa(rsaSpki(modulus, exponent))

/** 2²⁵⁵ − 19, little-endian. */
const ED25519_PRIME = [0xed, ...Array.from({ length: 30 }, () => 0xff), 0x7f]
const times = (count: number, value: number): readonly number[] =>
  Array.from({ length: count }, () => value)

export const KEY_CASES: readonly MalformedCase[] = [
  [
    'unused bits',
    'csr_malformed/bit_string_unused_bits',
    ec(seq(EC_KEY, P256), bitString(POINT, 1)),
    /subjectPublicKey is a BIT STRING with unused bits/,
  ],
  [
    'not even a count of unused bits',
    'csr_malformed/bit_string_empty',
    ec(seq(EC_KEY, P256), tlv(3)),
    /subjectPublicKey is a BIT STRING without contents/,
  ],
  [
    'a BIT STRING in pieces',
    'csr_malformed/constructed_form',
    ec(seq(EC_KEY, P256), tlv(0x23, bitString(POINT))),
    /subjectPublicKey is in the constructed form/,
  ],
  [
    'parameters after the curve',
    'csr_malformed/field_unexpected',
    ec(seq(EC_KEY, P256, NULL), bitString(POINT)),
    /algorithm has 2 octets too many/,
  ],
  [
    'a field after the key',
    'csr_malformed/field_unexpected',
    ec(seq(EC_KEY, P256), bitString(POINT), NULL),
    /subjectPKInfo has 2 octets too many/,
  ],
  [
    'a compressed point',
    'key_not_allowed/key_point_form',
    ecPoint(octets(2 + ((POINT[64] ?? 0) & 1), ...POINT.subarray(1, 33))),
    /the P-256 key has a compressed point; expected an uncompressed one/,
  ],
  [
    'a hybrid point',
    'key_not_allowed/key_point_form',
    ecPoint(octets(6 + ((POINT[64] ?? 0) & 1), ...POINT.subarray(1))),
    /expected an uncompressed one/,
  ],
  ['the point at infinity', 'key_not_allowed/key_point_form', ecPoint(octets(0)), /P-256 key/],
  ['no point', 'key_not_allowed/key_point_form', ecPoint(octets()), /P-256 key/],
  [
    'a point off its curve',
    'key_not_allowed/key_point_not_on_curve',
    ecPoint(POINT.with(64, (POINT[64] ?? 0) ^ 1)),
    /the P-256 key is not a point on its curve/,
  ],
  [
    'a point with an octet after it',
    'key_not_allowed/key_point_not_on_curve',
    ecPoint(concat(POINT, octets(0))),
    /not a point on its curve/,
  ],
  [
    'a coordinate above the prime',
    'key_not_allowed/key_point_not_on_curve',
    ecPoint(octets(4, ...times(64, 0xff))),
    /not a point on its curve/,
  ],
  [
    'a point of another curve',
    'key_not_allowed/key_point_not_on_curve',
    ecPoint(aKey('P-384').spki.subarray(-97)),
    /not a point on its curve/,
  ],
  [
    'a curve that is not one of NIST’s',
    'key_not_allowed',
    ec(seq(EC_KEY, oid('1.3.132.0.10')), bitString(POINT)),
    /secp256k1 \(1\.3\.132\.0\.10\) key is of a kind that the profile does not allow/,
  ],
  [
    'a curve in numbers',
    'key_not_allowed',
    ec(seq(EC_KEY, seq(integer(1))), bitString(POINT)),
    /EC without a named curve key is of a kind/,
  ],
  [
    'the implicit curve',
    'key_not_allowed',
    ec(seq(EC_KEY, NULL), bitString(POINT)),
    /EC without a named curve key is of a kind/,
  ],
  [
    'an Ed25519 key with NULL',
    'key_not_allowed',
    ed25519(seq(ED25519, NULL), bitString(aKey('Ed25519').spki.subarray(-32))),
    /the Ed25519 with parameters key is of a kind/,
  ],
  [
    'an Ed25519 key of 31 octets',
    'csr_malformed/key_length',
    ed25519Point(...times(31, 9)),
    /subjectPublicKey has 31 octets; expected 32/,
  ],
  [
    'an Ed25519 key with y = p + 3',
    'csr_malformed/key_not_canonical',
    ed25519Point(0xf0, ...ED25519_PRIME.slice(1)),
    /subjectPublicKey is not in its canonical form/,
  ],
  [
    'an Ed25519 key of order 4',
    'key_not_allowed/key_small_order',
    ed25519Point(...times(32, 0)),
    /the Ed25519 key is a point of small order, for which anyone can sign/,
  ],
  [
    'an RSA key without NULL',
    'key_not_allowed',
    rsaParts([], RSA.spki.subarray(24)),
    /the RSA without NULL as parameters key is of a kind/,
  ],
  [
    'an RSA key whose NULL has contents',
    'key_not_allowed',
    rsaParts([tlv(5, octets(0))], RSA.spki.subarray(24)),
    /the RSA without NULL as parameters key is of a kind/,
  ],
  [
    'a negative RSA modulus',
    'csr_malformed/integer_negative',
    rsaParts([NULL], seq(integer(0x85), integer(1, 0, 1))),
    /modulus is a negative INTEGER/,
  ],
  [
    'an RSA modulus of zero',
    'csr_malformed/integer_zero',
    rsaParts([NULL], seq(integer(0), integer(1, 0, 1))),
    /modulus is zero/,
  ],
  [
    'an RSA exponent with a zero in front',
    'csr_malformed/integer_not_minimal',
    rsaParts([NULL], seq(integer(5), integer(0, 1, 0, 1))),
    /publicExponent is an INTEGER that is not in its shortest form/,
  ],
  [
    'a third RSA number',
    'csr_malformed/field_unexpected',
    rsaParts([NULL], seq(integer(5), integer(3), integer(7))),
    /RSAPublicKey has 3 octets too many/,
  ],
  [
    'octets after the RSA key',
    'csr_malformed/trailing_octets',
    rsaParts([NULL], concat(seq(integer(5), integer(3)), NULL)),
    /subjectPublicKey has 2 octets too many/,
  ],
  [
    'an even RSA modulus',
    'key_not_allowed/key_modulus_even',
    rsaNumbers(OWN_MODULUS + 1n),
    /the RSA 2048 key has an even modulus/,
  ],
  [
    'an even RSA exponent',
    'key_not_allowed/key_exponent_even',
    rsaNumbers(OWN_MODULUS, 65_538n),
    /an even public exponent/,
  ],
  [
    'the RSA exponent 3',
    'key_not_allowed/key_exponent_too_small',
    rsaNumbers(OWN_MODULUS, 3n),
    /has the public exponent 3; expected at least 65537/,
  ],
  [
    'the RSA exponent 1',
    'key_not_allowed/key_exponent_too_small',
    rsaNumbers(OWN_MODULUS, 1n),
    /has the public exponent 1;/,
  ],
  [
    'an RSA exponent of 257 bits',
    'key_not_allowed/key_exponent_too_large',
    rsaNumbers(OWN_MODULUS, (1n << 256n) + 1n),
    /a public exponent that is too large/,
  ],
  [
    'an RSA key of 1024 bits',
    'key_not_allowed',
    changed({ key: aKey('RSA-1024') }),
    /the RSA 1024 key is outside the 2048 to 8192 bits/,
  ],
  [
    'an X25519 key',
    'key_not_allowed',
    changed({ spki: seq(seq(oid('1.3.101.110')), bitString(octets(...times(32, 9)))) }),
    /the X25519 \(1\.3\.101\.110\) key is of a kind/,
  ],
  [
    'an RSA key with a signature of ECDSA',
    'signature_not_allowed',
    changed({ spki: RSA.spki }),
    /is signed with EC, and its public key is RSA 2048; sign it with the key that it is for/,
  ],
]
