/**
 * RSA keys by their numbers: weak ones, and private keys that are made from a public key alone.
 * @module
 */
import {
  checkPrimeSync,
  createHash,
  createPrivateKey,
  createPublicKey,
  generatePrimeSync,
  randomInt,
  X509Certificate,
} from 'node:crypto'
import { concat, type KeyPair, octets } from '@edge-issuer/testbed/pki/x509'
import { nodeVerifier } from '../verifiers/node.ts'
import type { Presented, Refused } from '../verifiers/verifier.ts'

const EXPONENT = 65_537n

/** Bits of each prime of a key of 2,048 bits. */
const PRIME_BITS = 1024

const toBase64 = (value: bigint): string => {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

const toBigInt = (base64: string | undefined): bigint =>
  BigInt(`0x${Buffer.from(base64 ?? '', 'base64url').toString('hex')}`)

/** By Euclid's algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high, x, y] = [value % modulus, modulus, 1n, 0n]
  while (low > 1n) {
    const quotient = high / low
    ;[low, high] = [high - quotient * low, low]
    ;[x, y] = [y - quotient * x, x]
  }
  return ((x % modulus) + modulus) % modulus
}

/** The key of two primes. */
function rsaKey(p: bigint, q: bigint): KeyPair {
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n))
  const numbers = {
    n: p * q,
    e: EXPONENT,
    d,
    p,
    q,
    dp: d % (p - 1n),
    dq: d % (q - 1n),
    qi: inverse(q, p),
  }
  const members = Object.entries(numbers).map(([member, value]) => [member, toBase64(value)])
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: { kty: 'RSA', ...Object.fromEntries(members) },
  })
  return {
    type: 'RSA-2048',
    privateKey,
    privateKeyPem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    spki: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
  }
}

/** Two primes one after the other. */
export function closePrimesKey(): KeyPair {
  const p = generatePrimeSync(PRIME_BITS, { bigint: true })
  let q = p + 2n
  while (!checkPrimeSync(q)) q += 2n
  return rsaKey(p, q)
}

/** 641 divides the modulus. */
export const smallFactorKey = (): KeyPair =>
  rsaKey(641n, generatePrimeSync(2 * PRIME_BITS - 8, { bigint: true }))

/** Primes that Infineon's library makes of 2,048 bits: powers of 65537 modulo a primorial (ROCA). */
export const rocaKey = (): KeyPair => rsaKey(rocaPrime(), rocaPrime())

/** How many primes the primorial of a key of 2,048 bits has (Nemec et al., CCS 2017, table 1). */
const ROCA_PRIMES = 126

function rocaPrime(): bigint {
  let primorial = 1n
  for (let count = 0, candidate = 2n; count < ROCA_PRIMES; candidate += 1n) {
    if (checkPrimeSync(candidate)) {
      primorial *= candidate
      count += 1
    }
  }
  // The two highest bits are set, so that the product of two has all of its bits.
  const lowest = (3n << BigInt(PRIME_BITS - 2)) / primorial
  for (;;) {
    const factor = lowest + BigInt(randomInt(2 ** 40))
    const prime = factor * primorial + power(EXPONENT, BigInt(randomInt(2 ** 40)), primorial)
    if (checkPrimeSync(prime)) return prime
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square, left] = [1n, base % modulus, exponent]
  while (left > 0n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
    left >>= 1n
  }
  return result
}

const publicNumbers = (
  certificate: Uint8Array,
): { readonly modulus: bigint; readonly exponent: bigint } => {
  const { n, e } = new X509Certificate(certificate).publicKey.export({ format: 'jwk' })
  return { modulus: toBigInt(n), exponent: toBigInt(e) }
}

/** Serves as the certificate's host with a key that was made from the certificate alone. */
async function serveWith(presented: Presented, key: KeyPair, host: string): Promise<Refused> {
  const [answer] = await nodeVerifier.verify([
    { presented: { ...presented, key }, use: { kind: 'server', host } },
  ])
  return answer
}

/** The integer part of a square root, by Newton's method. */
function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** Steps of Fermat's method: one is enough for primes as close as {@link closePrimesKey} makes them. */
const FERMAT_STEPS = 100

/** Finds the primes by Fermat's method, and serves with their key. */
export async function showFermat(presented: Presented, host: string): Promise<Refused> {
  const { modulus } = publicNumbers(presented.certificate)
  let middle = squareRoot(modulus)
  for (let step = 0; step < FERMAT_STEPS; step += 1, middle += 1n) {
    const square = middle * middle - modulus
    const half = square < 0n ? -1n : squareRoot(square)
    if (half * half === square)
      return serveWith(presented, rsaKey(middle - half, middle + half), host)
  }
  return 'no factors found'
}

/** Finds the small prime by trial, and serves with the key. */
export async function showTrialDivision(presented: Presented, host: string): Promise<Refused> {
  const { modulus } = publicNumbers(presented.certificate)
  for (let factor = 3n; factor < 1000n; factor += 2n) {
    if (modulus % factor === 0n) return serveWith(presented, rsaKey(factor, modulus / factor), host)
  }
  return 'no factor found'
}

const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2) in 2,048 bits: with the exponent 1, the signature itself. */
export function encodedDigest(data: Uint8Array): Uint8Array {
  const info = concat(SHA256_INFO, createHash('sha256').update(data).digest())
  const padding = new Uint8Array(2 * (PRIME_BITS / 8) - 3 - info.length).fill(0xff)
  return concat(octets(0, 1), padding, octets(0), info)
}
