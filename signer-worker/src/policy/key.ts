/**
 * The public key: of a kind and size that the profile allows, and one that can be used at all.
 *
 * @module
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import {
  publicKeyToText,
  type PublicKey,
  type SubjectPublicKeyInfo,
} from '@edge-issuer/shared/x509'
import { KEY_TYPES, type Profile } from './profile.ts'
import { quoteList } from './text.ts'

/** First octet of an uncompressed point (RFC 5480 §2.2). */
const UNCOMPRESSED = 0x04

/** Smallest public exponent, and the length below which it must stay (FIPS 186-5 §5.1). */
const MIN_RSA_EXPONENT = 65_537n
const MAX_RSA_EXPONENT_OCTETS = 32

/**
 * Judges and loads a public key.
 *
 * @returns The key, ready to verify with; or `key_not_allowed`.
 */
export function loadPublicKey(
  publicKey: SubjectPublicKeyInfo,
  profile: Profile,
): Result<KeyObject, Refusal> {
  const { key, raw } = publicKey
  const fault = typeFault(key, profile) ?? valueFault(key, profile)
  if (fault !== undefined) return refuse(key, fault)
  try {
    return ok(createPublicKey({ key: Buffer.from(raw), format: 'der', type: 'spki' }))
  } catch {
    // Coordinates are just octets to the reader, and BoringSSL takes exponents up to 33 bits only.
    return refuse(
      key,
      key.kind === 'EC'
        ? 'is not a point on its curve; make a new key'
        : 'cannot be loaded by this worker; make a new key, with the public exponent 65537 if it is RSA',
    )
  }
}

const refuse = (key: PublicKey, fault: string): Result<never, Refusal> =>
  err({ code: 'key_not_allowed', detail: `the ${publicKeyToText(key)} key ${fault}` })

function typeFault(key: PublicKey, { keyTypes }: Profile): string | undefined {
  const found = key.kind === 'EC' ? key.curve : key.kind
  const type = KEY_TYPES.find((name) => name === found)
  if (type !== undefined && keyTypes.includes(type)) return undefined
  return `is of a kind that the profile does not allow; it allows ${quoteList(keyTypes)}`
}

function valueFault(key: PublicKey, profile: Profile): string | undefined {
  switch (key.kind) {
    case 'RSA': {
      return rsaFault(key, profile)
    }
    case 'EC': {
      return key.point[0] === UNCOMPRESSED
        ? undefined
        : 'has a compressed point; an uncompressed one is wanted'
    }
    case 'Ed25519':
    case 'unsupported': {
      return undefined
    }
  }
}

function rsaFault(
  { bits, modulus, exponent }: Extract<PublicKey, { kind: 'RSA' }>,
  { minRsaBits, maxRsaBits }: Profile,
): string | undefined {
  if (bits < minRsaBits || bits > maxRsaBits) {
    return `is outside the ${String(minRsaBits)} to ${String(maxRsaBits)} bits that the profile allows`
  }
  if (!isOdd(modulus)) return 'has an even modulus; make a new key'
  if (exponent.length > MAX_RSA_EXPONENT_OCTETS || !isOdd(exponent)) {
    return 'has a public exponent that is even or too large; make a new key'
  }
  const value = exponent.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  return value < MIN_RSA_EXPONENT
    ? `has the public exponent ${String(value)}; at least ${String(MIN_RSA_EXPONENT)} is wanted`
    : undefined
}

const isOdd = (magnitude: Uint8Array): boolean => ((magnitude.at(-1) ?? 0) & 1) === 1
