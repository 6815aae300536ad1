/**
 * Public keys as certificates carry them (RFC 5280 §4.1.2.7).
 *
 * @module
 */
import type { DerReader } from '../der/reader.ts'
import { TAG } from '../der/tag.ts'
import { endAlgorithm } from './algorithm.ts'
import { ED25519_OCTETS, isCanonicalPoint } from './ed25519.ts'
import { KEY_OID, oidToText } from './oid.ts'

/** A curve by its NIST name. */
export type Curve = 'P-256' | 'P-384' | 'P-521'

/** What a public key is. Sizes and points are facts here; what is allowed is for policy to say. */
export type PublicKey =
  | {
      readonly kind: 'RSA'
      /** Length of the modulus. */
      readonly bits: number
      /** Big-endian magnitudes. */
      readonly modulus: Uint8Array
      readonly exponent: Uint8Array
    }
  | { readonly kind: 'EC'; readonly curve: Curve; readonly point: Uint8Array }
  | { readonly kind: 'Ed25519' }
  | { readonly kind: 'unsupported'; readonly algorithm: string }

/** SubjectPublicKeyInfo. */
export interface SubjectPublicKeyInfo {
  /** The whole element in DER, as it was found. */
  readonly raw: Uint8Array
  /** Octets of the BIT STRING subjectPublicKey: what key identifiers are hashes of. */
  readonly keyBytes: Uint8Array
  readonly key: PublicKey
}

const CURVES = new Map<string, Curve>([
  [KEY_OID['P-256'], 'P-256'],
  [KEY_OID['P-384'], 'P-384'],
  [KEY_OID['P-521'], 'P-521'],
])

/** Takes a SubjectPublicKeyInfo. An unknown algorithm or curve is a result, not an error. */
export function readSubjectPublicKeyInfo(reader: DerReader, field: string): SubjectPublicKeyInfo {
  const info = reader.sequence(field)
  const algorithm = info.sequence('algorithm')
  const oid = algorithm.objectIdentifier('algorithm')
  const bits = info.insideBitString('subjectPublicKey')
  info.end()
  const keyBytes = bits.contents
  const key = readKey(oid, { info, algorithm, bits, keyBytes })
  return { raw: info.raw, keyBytes, key }
}

/** Readers of a SubjectPublicKeyInfo and of its parts. */
interface KeyReaders {
  readonly info: DerReader
  /** Past the object identifier. */
  readonly algorithm: DerReader
  readonly bits: DerReader
  readonly keyBytes: Uint8Array
}

function readKey(oid: string, { info, algorithm, bits, keyBytes }: KeyReaders): PublicKey {
  switch (oid) {
    case KEY_OID.rsaEncryption: {
      // RFC 3279 §2.3.1, and what Go insists on: NULL, not nothing.
      return endAlgorithm(algorithm) === 'null'
        ? readRsaKey(bits)
        : { kind: 'unsupported', algorithm: 'RSA without NULL as parameters' }
    }
    case KEY_OID.ecPublicKey: {
      return readEcKey(algorithm, keyBytes)
    }
    case KEY_OID.ed25519: {
      return endAlgorithm(algorithm) === 'none'
        ? readEd25519Key(info, keyBytes)
        : { kind: 'unsupported', algorithm: 'Ed25519 with parameters' }
    }
    default: {
      return { kind: 'unsupported', algorithm: oidToText(oid) }
    }
  }
}

/** RFC 3279 §2.3.1. */
function readRsaKey(bits: DerReader): PublicKey {
  const key = bits.sequence('RSAPublicKey')
  const modulus = key.positiveInteger('modulus')
  const exponent = key.positiveInteger('publicExponent')
  key.end()
  bits.end()
  return { kind: 'RSA', bits: bitLength(modulus), modulus, exponent }
}

/** RFC 8410 §4, in the form of RFC 8032 §5.1.2: the reader is past the key itself. */
function readEd25519Key(info: DerReader, octets: Uint8Array): PublicKey {
  if (octets.length !== ED25519_OCTETS) {
    const message = `has ${String(octets.length)} octets; expected ${String(ED25519_OCTETS)}`
    throw info.refusal('subjectPublicKey', 'key_length', message)
  }
  if (isCanonicalPoint(octets)) return { kind: 'Ed25519' }
  throw info.refusal('subjectPublicKey', 'key_not_canonical')
}

/** RFC 5480 §2.1.1: a named curve, or nothing that is read. */
function readEcKey(algorithm: DerReader, point: Uint8Array): PublicKey {
  if (algorithm.nextTag !== TAG.objectIdentifier) {
    return { kind: 'unsupported', algorithm: 'EC without a named curve' }
  }
  const oid = algorithm.objectIdentifier('parameters')
  algorithm.end()
  const curve = CURVES.get(oid)
  return curve === undefined
    ? { kind: 'unsupported', algorithm: `EC on the curve ${oidToText(oid)}` }
    : { kind: 'EC', curve, point }
}

/** @param magnitude - Without leading zero octets. */
const bitLength = (magnitude: Uint8Array): number =>
  magnitude.length * 8 - Math.clz32(magnitude[0] ?? 0) + 24

/** A key as text: `RSA 2048`, `P-256`, `Ed25519`. */
export function publicKeyToText(key: PublicKey): string {
  switch (key.kind) {
    case 'RSA': {
      return `RSA ${String(key.bits)}`
    }
    case 'EC': {
      return key.curve
    }
    case 'Ed25519': {
      return 'Ed25519'
    }
    case 'unsupported': {
      return key.algorithm
    }
  }
}
