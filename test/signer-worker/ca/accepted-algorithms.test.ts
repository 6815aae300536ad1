import {
  aKey,
  bitString,
  commonName,
  constructed,
  integer,
  type KeyPair,
  makeAuthority,
  NULL,
  octets,
  oid,
  seq,
} from '@edge-issuer/testbed/pki/x509'
/** The algorithms of CA certificates, by what their DER says; `test/cli/ca/accepted-chains.test.ts` has real ones. */
import { describe, it } from 'vitest'
import { faults, ROOT } from './chains.ts'

const RSASSA_PSS = '1.2.840.113549.1.1.10'
const SHA256 = '2.16.840.1.101.3.4.2.1'

/** RSASSA-PSS-params of RFC 4055. */
const pss = (
  salt: number,
  { hash = SHA256, mask = hash }: { readonly hash?: string; readonly mask?: string } = {},
): Uint8Array =>
  seq(
    oid(RSASSA_PSS),
    seq(
      constructed(0, seq(oid(hash), NULL)),
      constructed(1, seq(oid('1.2.840.113549.1.1.8'), seq(oid(mask), NULL))),
      constructed(2, integer(salt)),
    ),
  )

const ACCEPTED_SIGNATURES =
  'which is not accepted for a CA; accepted are RSA (PKCS #1 v1.5, or PSS with MGF1 of the same hash and a salt of its length) or ECDSA with SHA-256, SHA-384 or SHA-512, and Ed25519'

describe('a CA certificate is not accepted when it is signed with', () => {
  it.for<[string, Uint8Array]>([
    ['md5WithRSAEncryption (1.2.840.113549.1.1.4)', seq(oid('1.2.840.113549.1.1.4'), NULL)],
    ['sha1WithRSAEncryption (1.2.840.113549.1.1.5)', seq(oid('1.2.840.113549.1.1.5'), NULL)],
    ['sha224WithRSAEncryption (1.2.840.113549.1.1.14)', seq(oid('1.2.840.113549.1.1.14'), NULL)],
    ['rsa-with-SHA3-256 (2.16.840.1.101.3.4.3.14)', seq(oid('2.16.840.1.101.3.4.3.14'), NULL)],
    ['ecdsa-with-SHA1 (1.2.840.10045.4.1)', seq(oid('1.2.840.10045.4.1'))],
    ['ecdsa-with-SHA3-384 (2.16.840.1.101.3.4.3.11)', seq(oid('2.16.840.1.101.3.4.3.11'))],
    ['Ed448 (1.3.101.113)', seq(oid('1.3.101.113'))],
    ['1.2.3.4', seq(oid('1.2.3.4'))],
    ['RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters', seq(oid(RSASSA_PSS), seq())],
    ['RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters', pss(20)],
    ['RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters', pss(33)],
    [
      'RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters',
      pss(32, { mask: '2.16.840.1.101.3.4.2.2' }),
    ],
    [
      'RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters',
      pss(20, { hash: '1.3.14.3.2.26' }),
    ],
    [
      'ecdsaWithSHA256 (1.2.840.10045.4.3.2) with other parameters',
      seq(oid('1.2.840.10045.4.3.2'), NULL),
    ],
  ])('%s', ([shown, algorithm], { expect }) => {
    const expected = `is signed with ${shown}, ${ACCEPTED_SIGNATURES}`
    // Each certificate of the chain, and nothing about a signature that cannot be verified.
    expect(faults(makeAuthority({ issuer: ROOT, algorithm }).chainPem)).toEqual([
      `certificate 1 (CN=Test CA) ${expected}`,
    ])
    const root = makeAuthority({ subject: commonName('Odd Root'), algorithm })
    expect(faults(makeAuthority({ issuer: root }).chainPem)).toEqual([
      `certificate 2 (CN=Odd Root) ${expected}`,
    ])
  })
})

const ecKey = (...parameters: readonly Uint8Array[]): Uint8Array =>
  seq(seq(oid('1.2.840.10045.2.1'), ...parameters), bitString(octets(4, 1, 2)))
const rsaKey = (modulus: Uint8Array, ...exponent: readonly number[]): Uint8Array =>
  seq(
    seq(oid('1.2.840.113549.1.1.1'), NULL),
    bitString(seq(integer(0, ...modulus), integer(...exponent))),
  )
const MODULUS = new Uint8Array(256).fill(0xff)

/** A key that says to be another one. */
const withSpki = (spki: Uint8Array): KeyPair => ({ ...aKey(), spki })

const ACCEPTED_KEYS =
  'which is not accepted for a CA; accepted are RSA with 2048 to 8192 bits, P-256, P-384, P-521 and Ed25519'

describe('a CA certificate is not accepted when it has', () => {
  it.for<[string, Uint8Array]>([
    [
      `a key of the algorithm EC on the curve brainpoolP256r1 (1.3.36.3.3.2.8.1.1.7), ${ACCEPTED_KEYS}`,
      ecKey(oid('1.3.36.3.3.2.8.1.1.7')),
    ],
    [
      `a key of the algorithm EC on the curve secp256k1 (1.3.132.0.10), ${ACCEPTED_KEYS}`,
      ecKey(oid('1.3.132.0.10')),
    ],
    [
      `a key of the algorithm EC on the curve P-224 (1.3.132.0.33), ${ACCEPTED_KEYS}`,
      ecKey(oid('1.3.132.0.33')),
    ],
    [`a key of the algorithm EC without a named curve, ${ACCEPTED_KEYS}`, ecKey(seq())],
    [
      `a key of the algorithm Ed448 (1.3.101.113), ${ACCEPTED_KEYS}`,
      seq(seq(oid('1.3.101.113')), bitString(new Uint8Array(57))),
    ],
    [
      `a key of the algorithm RSASSA-PSS (1.2.840.113549.1.1.10), ${ACCEPTED_KEYS}`,
      seq(seq(oid(RSASSA_PSS)), bitString(seq(integer(3), integer(3)))),
    ],
    [
      'a P-256 key with a compressed point, which not every verifier reads; an uncompressed one is expected',
      seq(
        seq(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')),
        bitString(new Uint8Array(33).fill(2)),
      ),
    ],
    ['an RSA key of 2040 bits; 2048 to 8192 are accepted', rsaKey(MODULUS.subarray(1), 1, 0, 1)],
    [
      'an RSA key whose public exponent has 34 bits; at most 33 are accepted',
      rsaKey(MODULUS, 2, 0, 0, 0, 1),
    ],
    ['an RSA key whose public exponent is not an odd number above 1', rsaKey(MODULUS, 1)],
    ['an RSA key whose public exponent is not an odd number above 1', rsaKey(MODULUS, 4)],
  ])('%s', ([expected, spki], { expect }) => {
    expect(faults(makeAuthority({ issuer: ROOT, key: withSpki(spki) }).chainPem)).toEqual([
      `certificate 1 (CN=Test CA) has ${expected}`,
    ])
    // Above another one, whose signature is then not verified with it.
    const root = makeAuthority({ subject: commonName('Odd Root'), key: withSpki(spki) })
    expect(faults(makeAuthority({ issuer: root }).chainPem)).toEqual([
      `certificate 2 (CN=Odd Root) has ${expected}`,
    ])
  })
})

it('an RSA exponent of 33 bits is accepted', ({ expect }) => {
  const spki = rsaKey(MODULUS, 1, 0, 0, 0, 1)
  expect(faults(makeAuthority({ issuer: ROOT, key: withSpki(spki) }).chainPem)).toEqual([])
})
