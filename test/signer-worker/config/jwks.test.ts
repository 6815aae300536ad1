import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'vitest'
import { jwksSchema } from '../../../signer-worker/src/config/jwks.ts'

type Json = Readonly<Record<string, unknown>>

const rsaModulus = (bits: number): string => {
  const bytes = new Uint8Array(bits / 8).fill(0xff)
  return Buffer.from(bytes).toString('base64url')
}
const rsa = (changes: Json = {}): Json => ({
  kty: 'RSA',
  kid: 'rsa',
  use: 'sig',
  alg: 'RS256',
  n: rsaModulus(2048),
  e: 'AQAB',
  ...changes,
})
const ecPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ec = (changes: Json = {}): Json => ({
  ...ecPair.publicKey.export({ format: 'jwk' }),
  kid: 'ec',
  ...changes,
})
const okp = (changes: Json = {}): Json => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  kid: 'okp',
  ...changes,
})

/** `path: message` of each error. */
const errorsOf = (...keys: readonly unknown[]): readonly string[] =>
  jwksSchema
    .safeParse({ keys })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

describe('a set of token keys', () => {
  it.for([
    ['RSA 2048', rsa()],
    ['RSA 4096', rsa({ n: rsaModulus(4096), alg: 'PS512' })],
    ['P-256', ec({ alg: 'ES256' })],
    ['Ed25519', okp()],
    ['with members of later specifications', rsa({ x5t: 'abc', issuer: 'https://a.example' })],
  ] as const)('takes %s', ([, key], { expect }) => {
    expect(errorsOf(key)).toEqual([])
  })

  it('drops members that it does not know', ({ expect }) => {
    expect(jwksSchema.parse({ keys: [okp({ x5t: 'abc' })] })).toEqual({ keys: [okp()] })
  })

  it.for([
    ['RSA of 1024 bits', rsa({ n: rsaModulus(1024) }), 'is an RSA modulus of 1024 bits'],
    ['RSA of 16384 bits', rsa({ n: rsaModulus(16_384) }), 'expected 2048 to 8192'],
    ['RSA with e = 1', rsa({ e: 'AQ' }), 'must be odd, at least 65537'],
    ['RSA with e = 3', rsa({ e: 'Aw' }), 'must be odd, at least 65537'],
    ['RSA with an even e', rsa({ e: 'AQAC' }), 'must be odd'],
    ['RSA with a private exponent', rsa({ d: 'AQAB' }), 'keys.0.d: is a member of a private'],
    ['RSA with primes', rsa({ p: 'AQAB', q: 'AQAB' }), 'keys.0.p: is a member of a private'],
    ['P-256 with its private key', ec({ d: 'AQAB' }), 'keys.0.d: is a member of a private'],
    ['Ed25519 with its private key', okp({ d: 'AQAB' }), 'keys.0.d: is a member of a private'],
    ['a symmetric key', { kty: 'oct', kid: 'a', k: 'AQAB' }, 'kty must be RSA, EC or OKP'],
    ['secp256k1', ec({ crv: 'secp256k1' }), 'keys.0.crv'],
    ['a point that is not on the curve', ec({ y: ec()['x'] }), 'is not a point on its curve'],
    ['a short coordinate', ec({ x: 'AQAB' }), 'whose length is not that of its curve'],
    ['alg of another curve', ec({ alg: 'ES384' }), 'keys.0.alg: has an alg of another curve'],
    ['alg none', rsa({ alg: 'none' }), 'keys.0.alg'],
    ['alg HS256', rsa({ alg: 'HS256' }), 'keys.0.alg'],
    ['a key for encryption', rsa({ use: 'enc' }), 'keys.0.use'],
    ['a key without a kid', rsa({ kid: undefined }), 'keys.0.kid'],
    ['an Ed25519 point of small order', okp({ x: 'A'.repeat(43) }), 'small order'],
    ['X25519', okp({ crv: 'X25519' }), 'keys.0.crv'],
    ['padding', rsa({ e: 'AQAB==' }), 'must be base64url without padding'],
    ['two forms of one value', okp({ x: `${String(okp()['x']).slice(0, -1)}p` }), 'is not the one'],
  ] as const)('refuses %s', ([, key, message], { expect }) => {
    expect(errorsOf(key).join('\n')).toContain(message)
  })

  it('refuses an empty set, more than ten keys, and one kid twice', ({ expect }) => {
    expect(errorsOf()).not.toEqual([])
    const many = Array.from({ length: 11 }, (_, index) => okp({ kid: String(index) }))
    expect(errorsOf(...many.slice(1))).toEqual([])
    expect(errorsOf(...many)).not.toEqual([])
    expect(errorsOf(okp(), rsa({ kid: 'okp' }))).toEqual(['keys: has a kid twice'])
  })
})
