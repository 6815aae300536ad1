/**
 * The client's identity: one Ed25519 key, whose public half the worker knows by its thumbprint, or from a
 * ServiceAccount token.
 *
 * @module
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { canonicalEd25519Jwk, err, ok, type Result } from '@edge-issuer/shared'

/** A client's key, ready to sign requests. */
export interface ClientKey {
  /** RFC 7638 thumbprint (SHA-256) of the public key, base64url: the `keyid` of RFC 9421 §2.3. */
  readonly keyId: string
  /** The public key (`x` of RFC 8037 §2), base64url. */
  readonly publicKey: string
  /** Ed25519 (RFC 8032) over the UTF-8 of `base`; 64 bytes. */
  sign(base: string): Uint8Array
}

/** @returns A new key, which exists in this process only. */
export const createClientKey = (): ClientKey =>
  clientKeyOf(generateKeyPairSync('ed25519').privateKey)

/**
 * Reads a PKCS#8 PEM (RFC 5958, RFC 8410) that must hold an Ed25519 key.
 *
 * @returns What is wrong with the text otherwise; never a part of it.
 */
export function readClientKey(privateKeyPem: string): Result<ClientKey, string> {
  const key = parsePrivateKey(privateKeyPem)
  if (key === undefined) return err('is not an unencrypted PKCS#8 private key in PEM')
  if (key.asymmetricKeyType !== 'ed25519') {
    return err(`holds a key of type ${key.asymmetricKeyType ?? 'unknown'}, not Ed25519`)
  }
  return ok(clientKeyOf(key))
}

function clientKeyOf(privateKey: KeyObject): ClientKey {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return {
    publicKey: x,
    keyId: createHash('sha256').update(canonicalEd25519Jwk(x)).digest('base64url'),
    sign: (base) => sign(null, Buffer.from(base, 'utf8'), privateKey),
  }
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  if (!pem.includes('-----BEGIN PRIVATE KEY-----')) return undefined
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    // The library's message may quote the input; the caller must not see it.
    return undefined
  }
}
