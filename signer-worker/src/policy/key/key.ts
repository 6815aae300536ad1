/**
 * The public key: of a kind and size that the profile allows, and one that can be used at all.
 *
 * @module
 */
import type { KeyObject } from 'node:crypto'
import { err, ok, PARSE_ERRORS, type ParseErrorCode, type Result } from '@edge-issuer/shared'
import {
  isSmallOrderPoint,
  publicKeyToText,
  type PublicKey,
  type SubjectPublicKeyInfo,
} from '@edge-issuer/shared/x509'
import type { Finding, Violation } from '../messages.ts'
import type { Profile } from '../rules/profile.ts'
import { importPublicKey } from './import-public-key.ts'
import { findWeakness } from './weak-rsa.ts'

/** First octet of an uncompressed point (RFC 5480 §2.2). */
const UNCOMPRESSED = 0x04

/** Smallest public exponent, and the length below which it must stay (FIPS 186-5 §5.1). */
const MIN_RSA_EXPONENT = 65_537n
const MAX_RSA_EXPONENT_BYTES = 32

/**
 * Checks and loads a public key.
 *
 * @returns The key, ready to verify with; or `key_not_allowed`, with a `parseError` where the key itself is
 *   bad and no rule of the profile is broken.
 */
export function loadPublicKey(
  publicKey: SubjectPublicKeyInfo,
  profile: Profile,
): Result<KeyObject, Violation> {
  const { key, raw } = publicKey
  const at = { code: 'key_not_allowed', field: 'publicKey', actual: publicKeyToText(key) } as const
  const refused = checkType(key, profile) ?? checkSize(key, profile)
  if (refused !== undefined) return err({ ...refused, ...at })
  const parseError = checkValue(publicKey)
  if (parseError !== undefined) return err({ ...malformed(key, parseError), ...at, parseError })
  try {
    return ok(importPublicKey(raw))
  } catch {
    const loadError = errorOnLoad(key)
    return err({ ...malformed(key, loadError), ...at, parseError: loadError })
  }
}

const malformed = (key: PublicKey, error: ParseErrorCode): Finding =>
  error === 'key_exponent_too_small' && key.kind === 'RSA'
    ? {
        kind: 'key_exponent',
        expected: [String(toNumber(key.exponent)), String(MIN_RSA_EXPONENT)],
      }
    : { kind: 'key_malformed', expected: [PARSE_ERRORS[error]] }

function checkType(key: PublicKey, { keyTypes }: Profile): Finding | undefined {
  const keyType = key.kind === 'EC' ? key.curve : key.kind
  return keyTypes.some((name) => name === keyType)
    ? undefined
    : { kind: 'key_type', rule: 'keyTypes', expected: keyTypes }
}

function checkSize(key: PublicKey, { minRsaBits, maxRsaBits }: Profile): Finding | undefined {
  if (key.kind !== 'RSA' || (key.bits >= minRsaBits && key.bits <= maxRsaBits)) return undefined
  return {
    kind: 'key_size',
    rule: 'minRsaBits',
    expected: [String(minRsaBits), String(maxRsaBits)],
  }
}

/** What makes a key useless or dangerous, whatever the profile allows. */
function checkValue({ key, keyBytes }: SubjectPublicKeyInfo): ParseErrorCode | undefined {
  switch (key.kind) {
    case 'RSA': {
      return checkRsa(key)
    }
    case 'EC': {
      return key.point[0] === UNCOMPRESSED ? undefined : 'key_point_form'
    }
    case 'Ed25519': {
      return isSmallOrderPoint(keyBytes) ? 'key_small_order' : undefined
    }
    case 'unsupported': {
      return undefined
    }
  }
}

function checkRsa({
  modulus,
  exponent,
}: Extract<PublicKey, { kind: 'RSA' }>): ParseErrorCode | undefined {
  if (!isOdd(modulus)) return 'key_modulus_even'
  if (!isOdd(exponent)) return 'key_exponent_even'
  if (exponent.length > MAX_RSA_EXPONENT_BYTES) return 'key_exponent_too_large'
  if (toNumber(exponent) < MIN_RSA_EXPONENT) return 'key_exponent_too_small'
  return findWeakness(modulus)
}

/** Coordinates are just bytes to the reader, and BoringSSL takes exponents up to 33 bits only. */
const errorOnLoad = ({ kind }: PublicKey): ParseErrorCode =>
  kind === 'EC' ? 'key_point_not_on_curve' : 'key_exponent_too_large'

/** @param magnitude - Big-endian. */
const toNumber = (magnitude: Uint8Array): bigint =>
  magnitude.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)

const isOdd = (magnitude: Uint8Array): boolean => ((magnitude.at(-1) ?? 0) & 1) === 1
