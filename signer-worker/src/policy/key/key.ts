/**
 * The public key: of a kind and size that the profile allows, and one that can be used at all.
 *
 * @module
 */
import type { KeyObject } from 'node:crypto'
import {
  err,
  ok,
  PARSE_FAULTS,
  type ParseFaultCode,
  type Refusal,
  type Result,
} from '@edge-issuer/shared'
import {
  isSmallOrderPoint,
  publicKeyToText,
  type PublicKey,
  type SubjectPublicKeyInfo,
} from '@edge-issuer/shared/x509'
import { KEY_TYPES, type Profile } from '../rules/profile.ts'
import { quoteList } from '../text.ts'
import { importPublicKey } from './import-public-key.ts'
import { weakModulusFault } from './weak-rsa.ts'

/** First octet of an uncompressed point (RFC 5480 §2.2). */
const UNCOMPRESSED = 0x04

/** Smallest public exponent, and the length below which it must stay (FIPS 186-5 §5.1). */
const MIN_RSA_EXPONENT = 65_537n
const MAX_RSA_EXPONENT_OCTETS = 32

/**
 * Judges and loads a public key.
 *
 * @returns The key, ready to verify with; or `key_not_allowed`, with a fault where the key is to blame
 *   and not the profile.
 */
export function loadPublicKey(
  publicKey: SubjectPublicKeyInfo,
  profile: Profile,
): Result<KeyObject, Refusal> {
  const { key, raw } = publicKey
  const unwanted = typeFault(key, profile) ?? sizeFault(key, profile)
  if (unwanted !== undefined) return err(refusal(key, unwanted))
  const fault = valueFault(publicKey)
  if (fault !== undefined) return err(faultRefusal(key, fault))
  try {
    return ok(importPublicKey(raw))
  } catch {
    return err(faultRefusal(key, loadFault(key)))
  }
}

function faultRefusal(key: PublicKey, fault: ParseFaultCode): Refusal {
  const words =
    fault === 'key_exponent_too_small' && key.kind === 'RSA'
      ? `has the public exponent ${String(toNumber(key.exponent))}; at least ${String(MIN_RSA_EXPONENT)} is wanted`
      : PARSE_FAULTS[fault]
  return { ...refusal(key, words), fault }
}

const refusal = (key: PublicKey, words: string): Refusal => ({
  code: 'key_not_allowed',
  detail: `the ${publicKeyToText(key)} key ${words}`,
})

function typeFault(key: PublicKey, { keyTypes }: Profile): string | undefined {
  const found = key.kind === 'EC' ? key.curve : key.kind
  const type = KEY_TYPES.find((name) => name === found)
  if (type !== undefined && keyTypes.includes(type)) return undefined
  return `is of a kind that the profile does not allow; it allows ${quoteList(keyTypes)}`
}

function sizeFault(key: PublicKey, { minRsaBits, maxRsaBits }: Profile): string | undefined {
  if (key.kind !== 'RSA' || (key.bits >= minRsaBits && key.bits <= maxRsaBits)) return undefined
  return `is outside the ${String(minRsaBits)} to ${String(maxRsaBits)} bits that the profile allows`
}

/** What makes a key useless or dangerous, whoever allows it. */
function valueFault({ key, keyOctets }: SubjectPublicKeyInfo): ParseFaultCode | undefined {
  switch (key.kind) {
    case 'RSA': {
      return rsaFault(key)
    }
    case 'EC': {
      return key.point[0] === UNCOMPRESSED ? undefined : 'key_point_form'
    }
    case 'Ed25519': {
      return isSmallOrderPoint(keyOctets) ? 'key_small_order' : undefined
    }
    case 'unsupported': {
      return undefined
    }
  }
}

function rsaFault({
  modulus,
  exponent,
}: Extract<PublicKey, { kind: 'RSA' }>): ParseFaultCode | undefined {
  if (!isOdd(modulus)) return 'key_modulus_even'
  if (!isOdd(exponent)) return 'key_exponent_even'
  if (exponent.length > MAX_RSA_EXPONENT_OCTETS) return 'key_exponent_too_large'
  if (toNumber(exponent) < MIN_RSA_EXPONENT) return 'key_exponent_too_small'
  return weakModulusFault(modulus)
}

/** Coordinates are just octets to the reader, and BoringSSL takes exponents up to 33 bits only. */
const loadFault = ({ kind }: PublicKey): ParseFaultCode =>
  kind === 'EC' ? 'key_point_not_on_curve' : 'key_exponent_too_large'

/** @param magnitude - Big-endian. */
const toNumber = (magnitude: Uint8Array): bigint =>
  magnitude.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)

const isOdd = (magnitude: Uint8Array): boolean => ((magnitude.at(-1) ?? 0) & 1) === 1
