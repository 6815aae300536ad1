/**
 * A set of public keys that sign tokens (RFC 7517). Unknown members are dropped, as RFC 7517 §4 asks; private
 * ones are refused.
 *
 * @module
 */
import { createPublicKey } from 'node:crypto'
import { MAX_JWKS_KEYS } from '@edge-issuer/shared'
import { isCanonicalPoint, isSmallOrderPoint } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'

/** Longest key id, in characters. */
const MAX_KEY_ID_CHARACTERS = 256

/** Smallest and largest RSA modulus, in bits. Verifying takes longer with each bit. */
const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192

/** Smallest public exponent of RSA (FIPS 186-5 §5.4), and the bytes of the largest. */
const MIN_EXPONENT = 65_537
const MAX_EXPONENT_BYTES = 4

/** Bytes of a coordinate (RFC 7518 §6.2.1.2), and the algorithm (RFC 7518 §3.4), of each curve. */
const EC_CURVES = {
  'P-256': { bytes: 32, algorithm: 'ES256' },
  'P-384': { bytes: 48, algorithm: 'ES384' },
  'P-521': { bytes: 66, algorithm: 'ES512' },
} as const

const base64urlSchema = z.string().check(
  z.maxLength(Math.ceil(MAX_RSA_BITS / 8 / 3) * 4),
  z.regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding'),
  z.refine(
    (text) => Buffer.from(text, 'base64url').toString('base64url') === text,
    'is not the one base64url form of its bytes',
  ),
)

const noPrivate = z.optional(
  z.never({ error: 'is a member of a private or symmetric key; only public keys may be here' }),
)

/** Of RFC 7518 §6.2.2, §6.3.2 and §6.4.1, and RFC 8037 §2. */
const noPrivateMembers = {
  d: noPrivate,
  p: noPrivate,
  q: noPrivate,
  dp: noPrivate,
  dq: noPrivate,
  qi: noPrivate,
  oth: noPrivate,
  k: noPrivate,
} as const

const commonMembers = {
  ...noPrivateMembers,
  kid: z.string().check(z.minLength(1), z.maxLength(MAX_KEY_ID_CHARACTERS)),
  use: z.optional(z.literal('sig')),
}

const rsaSchema = z
  .object({
    ...commonMembers,
    kty: z.literal('RSA'),
    alg: z.optional(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])),
    n: base64urlSchema.check(
      z.refine((n) => isBetween(bitsOf(n), MIN_RSA_BITS, MAX_RSA_BITS), {
        error: ({ input }) =>
          `is an RSA modulus of ${String(bitsOf(String(input)))} bits; expected ${String(MIN_RSA_BITS)} to ${String(MAX_RSA_BITS)}`,
      }),
    ),
    e: base64urlSchema.check(
      z.refine(
        isGoodExponent,
        `must be odd, at least ${String(MIN_EXPONENT)}, and at most ${String(MAX_EXPONENT_BYTES)} bytes`,
      ),
    ),
  })
  .check(z.refine(isImportable, 'is not an RSA public key'))

const ecSchema = z
  .object({
    ...commonMembers,
    kty: z.literal('EC'),
    alg: z.optional(z.enum(['ES256', 'ES384', 'ES512'])),
    crv: z.enum(['P-256', 'P-384', 'P-521']),
    x: base64urlSchema,
    y: base64urlSchema,
  })
  .check(
    z.refine(({ crv, alg }) => alg === undefined || alg === EC_CURVES[crv].algorithm, {
      error: 'has an alg of another curve',
      path: ['alg'],
    }),
    z.refine(
      ({ crv, x, y }) => [x, y].every((text) => bytesOf(text).length === EC_CURVES[crv].bytes),
      'has a coordinate whose length is not that of its curve',
    ),
    z.refine(isImportable, 'is not a point on its curve'),
  )

const okpSchema = z.object({
  ...commonMembers,
  kty: z.literal('OKP'),
  alg: z.optional(z.enum(['EdDSA', 'Ed25519'])),
  crv: z.literal('Ed25519'),
  x: base64urlSchema.check(
    z.refine(
      isGoodPoint,
      'is not an Ed25519 public key in its canonical form, or one of small order',
    ),
  ),
})

const jwkSchema = z.discriminatedUnion('kty', [rsaSchema, ecSchema, okpSchema], {
  error: 'kty must be RSA, EC or OKP',
})

/** A set of keys, each under a key id of its own. */
export const jwksSchema = z
  .object({ keys: z.array(jwkSchema).check(z.minLength(1), z.maxLength(MAX_JWKS_KEYS)) })
  .check(
    z.refine(({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length, {
      error: 'has a kid twice',
      path: ['keys'],
    }),
  )

/** A set of public keys. */
export type Jwks = z.infer<typeof jwksSchema>
type Jwk = Jwks['keys'][number]

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'base64url')

const isBetween = (value: number, least: number, most: number): boolean =>
  value >= least && value <= most

/** @returns 0 for a number with a leading zero byte, which RFC 7518 §2 forbids. */
function bitsOf(text: string): number {
  const [first = 0, ...rest] = bytesOf(text)
  return first === 0 ? 0 : rest.length * 8 + (32 - Math.clz32(first))
}

function isGoodExponent(text: string): boolean {
  const bytes = bytesOf(text)
  if (bytes.length > MAX_EXPONENT_BYTES || bytes[0] === 0) return false
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  return value >= MIN_EXPONENT && value % 2 === 1
}

function isGoodPoint(text: string): boolean {
  const point = bytesOf(text)
  return point.length === 32 && isCanonicalPoint(point) && !isSmallOrderPoint(point)
}

/** Points that are not on their curve are refused by the import. */
function isImportable(key: Extract<Jwk, { kty: 'RSA' | 'EC' }>): boolean {
  const { kty } = key
  const jwk =
    kty === 'RSA' ? { kty, n: key.n, e: key.e } : { kty, crv: key.crv, x: key.x, y: key.y }
  try {
    createPublicKey({ key: jwk, format: 'jwk' })
    return true
  } catch {
    return false
  }
}
