import { type CsrOptions, rsaSpki } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  bitString,
  type KeyType,
  NULL,
  octets,
  oid,
  seq,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  closeModulus,
  divisibleModulus,
  PUBLISHED_ROCA_MODULUS,
  soundModulus,
} from '../../../support/weak-rsa.ts'
import { outcomeOf, refusals } from '../support/evaluate-request.ts'

const EC_KEY = oid('1.2.840.10045.2.1')
const P256 = oid('1.2.840.10045.3.1.7')

/** For an RSA key that nobody has the private half of: a signature as long as its modulus. */
const unsigned = (n: bigint, exponent: bigint): CsrOptions => ({
  key: aKey('RSA-2048'),
  spki: rsaSpki(n, exponent),
  signature: new Uint8Array(Math.ceil(n.toString(16).length / 2)).fill(1),
})

describe('a key that is not allowed', () => {
  it.for([
    ['RSA 2047', soundModulus(2047), 65_537n, 'the RSA 2047 key is outside the 2048 to 8192 bits'],
    ['RSA 8193', soundModulus(8193), 65_537n, 'the RSA 8193 key is outside the 2048 to 8192 bits'],
    ['an even modulus', soundModulus(2048) + 1n, 65_537n, 'has an even modulus'],
    ['an even exponent', soundModulus(2048), 65_538n, 'has an even public exponent'],
    [
      'the exponent 65535',
      soundModulus(2048),
      65_535n,
      'has the public exponent 65535; expected at least 65537',
    ],
    [
      'the exponent 3',
      soundModulus(2048),
      3n,
      'has the public exponent 3; expected at least 65537',
    ],
    [
      'an exponent of 34 bits, which BoringSSL does not take',
      soundModulus(2048),
      (1n << 33n) + 1n,
      'has a public exponent that is too large; make a new key with 65537',
    ],
    [
      'the factor 751',
      divisibleModulus(2048, 751n),
      65_537n,
      'has a modulus with a prime factor of 751 or less',
    ],
    [
      'two close primes',
      closeModulus(3n << 1022n, 50).modulus,
      65_537n,
      'has a modulus of two primes that are too close together',
    ],
    [
      'a modulus of an Infineon chip',
      PUBLISHED_ROCA_MODULUS,
      65_537n,
      'has a modulus from the flawed key generator of Infineon chips (ROCA, CVE-2017-15361)',
    ],
    ['an exponent of 257 bits', soundModulus(2048), (1n << 256n) + 1n, 'too large; make a new key'],
  ] as const)('%s', ([, n, exponent, expected], { expect }) => {
    const [found, ...others] = refusals({ csr: unsigned(n, exponent) })
    expect(others).toEqual([])
    expect(found).toContain(`key_not_allowed: `)
    expect(found).toContain(expected)
  })

  it.for([
    [
      'a point off the curve',
      seq(EC_KEY, P256),
      offCurve(),
      'the P-256 key is not a point on its curve',
    ],
    [
      'a point with half the octets',
      seq(EC_KEY, P256),
      offCurve().subarray(0, 33),
      'is not a point on its curve',
    ],
    [
      'a compressed point',
      seq(EC_KEY, P256),
      octets(2, ...offCurve().subarray(1, 33)),
      'has a compressed point',
    ],
    ['the point at infinity', seq(EC_KEY, P256), octets(0), 'has a compressed point'],
    ['no point', seq(EC_KEY, P256), octets(), 'has a compressed point'],
    [
      'secp256k1',
      seq(EC_KEY, oid('1.3.132.0.10')),
      offCurve(),
      'the EC on the curve secp256k1 (1.3.132.0.10) key is of a kind',
    ],
    [
      'a curve in numbers',
      seq(EC_KEY, seq(NULL)),
      offCurve(),
      'the EC without a named curve key is of a kind',
    ],
    [
      'X25519',
      seq(oid('1.3.101.110')),
      octets(...new Uint8Array(32)),
      'the X25519 (1.3.101.110) key is of a kind',
    ],
  ] as const)('%s', ([, algorithm, point, expected], { expect }) => {
    const [found, ...others] = refusals({ csr: { spki: seq(algorithm, bitString(point)) } })
    expect(others).toEqual([])
    expect(found).toContain(`key_not_allowed: `)
    expect(found).toContain(expected)
  })
})

/** A point of P-256 with its last octet changed. */
function offCurve(): Uint8Array {
  const point = aKey().spki.slice(-65)
  point[64] = (point[64] ?? 0) ^ 1
  return point
}

describe('a key that would do', () => {
  it.for([
    ['RSA 2048', soundModulus(2048), 65_537n],
    ['RSA 8192', soundModulus(8192), 65_537n],
    ['an exponent of 33 bits', soundModulus(2048), (1n << 32n) + 1n],
  ] as const)('%s: only the signature is missing', ([, n, exponent], { expect }) => {
    const [found] = refusals({ csr: unsigned(n, exponent) })
    expect(found).toMatch(/^csr_signature_invalid/)
  })
})

describe('the profile', () => {
  it.for<[KeyType, Record<string, unknown>, string]>([
    ['P-256', { keyTypes: ['RSA', 'Ed25519'] }, 'it allows "RSA", "Ed25519"'],
    [
      'P-384',
      { keyTypes: ['P-256'] },
      'the P-384 key is of a kind that the profile does not allow',
    ],
    ['Ed25519', { keyTypes: ['P-256'] }, 'the Ed25519 key is of a kind'],
    ['RSA-2048', { keyTypes: ['P-256'] }, 'the RSA 2048 key is of a kind'],
    ['RSA-2048', { minRsaBits: 3072 }, 'is outside the 3072 to 8192 bits'],
    ['RSA-3072', { maxRsaBits: 2048 }, 'is outside the 2048 to 2048 bits'],
  ])('refuses %s under %j', ([type, profile, expected], { expect }) => {
    expect(refusals({ csr: { key: aKey(type) }, profile })[0]).toContain(expected)
  })

  it('allows what it lists', ({ expect }) => {
    const profile = { keyTypes: ['RSA'], minRsaBits: 2048, maxRsaBits: 2048 }
    expect(outcomeOf({ csr: { key: aKey('RSA-2048') }, profile })).toHaveProperty('subject')
  })
})
