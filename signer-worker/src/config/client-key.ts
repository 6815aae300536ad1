/**
 * The public half of a client's identity.
 *
 * @module
 */
import { createHash, type KeyObject } from 'node:crypto'
import { canonicalEd25519Jwk, decodePem, err, ok, type Result } from '@edge-issuer/shared'
import { isCanonicalPoint, isSmallOrderPoint } from '@edge-issuer/shared/x509'
import { importPublicKey } from '../policy/key/import-public-key.ts'

/** An Ed25519 SubjectPublicKeyInfo up to the 32 bytes of the key: one spelling (RFC 8410 §4, DER). */
const SPKI_PREFIX = new Uint8Array([
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
])
const KEY_BYTES = 32
const SPKI_BYTES = SPKI_PREFIX.length + KEY_BYTES

/** Longest PEM text of one public key, in characters; an Ed25519 key has 113. */
export const MAX_PUBLIC_KEY_CHARACTERS = 512

const NOT_CANONICAL =
  'is an Ed25519 public key that is not in its canonical form (RFC 8032 section 5.1.3); make a new key'
const SMALL_ORDER =
  'is an Ed25519 public key of small order, for which anyone can sign without a private key; make a new key'

/** A public key that may sign requests. */
export interface PublicKey {
  /** RFC 7638 thumbprint (SHA-256), base64url: the `keyid` of a signature. */
  readonly keyId: string
  readonly key: KeyObject
}

/**
 * Reads the Ed25519 key of a SubjectPublicKeyInfo PEM.
 *
 * Under a point of small order a signature that is the same for every message verifies, in OpenSSL and in
 * BoringSSL; a second form of a point would be a second thumbprint of one key. A point of mixed order (one
 * of small order added to a good one) is accepted: to sign for it takes the private key of the good one.
 *
 * @returns The key; or what is wrong with the text, without the name of the field.
 */
export function readPublicKey(pem: string): Result<PublicKey, string> {
  const blocks = decodePem(pem, {
    label: 'PUBLIC KEY',
    maxBlocks: 1,
    maxCharacters: MAX_PUBLIC_KEY_CHARACTERS,
  })
  if (!blocks.ok) return blocks
  const [der = new Uint8Array()] = blocks.value
  const isEd25519 =
    der.length === SPKI_BYTES && SPKI_PREFIX.every((octet, index) => octet === der[index])
  if (!isEd25519) return err('is not an Ed25519 public key (RFC 8410)')
  return readDer(der)
}

/**
 * The same for the bare key.
 *
 * @param x - Base64url without padding (RFC 8037 §2).
 */
export function readPublicKeyJwk(x: string): Result<PublicKey, string> {
  const point = Buffer.from(x, 'base64url')
  const isSpelled = point.length === KEY_BYTES && point.toString('base64url') === x
  if (!isSpelled) return err('is not an Ed25519 public key in base64url')
  return readDer(Buffer.concat([SPKI_PREFIX, point]))
}

/** @param der - {@link SPKI_PREFIX} and a point. */
function readDer(der: Uint8Array): Result<PublicKey, string> {
  const point = der.subarray(SPKI_PREFIX.length)
  if (!isCanonicalPoint(point)) return err(NOT_CANONICAL)
  if (isSmallOrderPoint(point)) return err(SMALL_ORDER)
  return ok({ keyId: thumbprint(point), key: importPublicKey(der) })
}

function thumbprint(publicKey: Uint8Array): string {
  const x = Buffer.from(publicKey).toString('base64url')
  return createHash('sha256').update(canonicalEd25519Jwk(x)).digest('base64url')
}
