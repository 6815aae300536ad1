import type { webcrypto } from 'node:crypto'
import type { PublicKey } from '@edge-issuer/shared/x509'

/** Parameters for generating a CA key, and the hash for its signatures, whose strength matches the key's. */
export interface KeyTypeParameters {
  readonly generate:
    | webcrypto.RsaHashedKeyGenParams
    | webcrypto.EcKeyGenParams
    | webcrypto.Algorithm
  /** Ignored by Ed25519, which has its own (RFC 8032). */
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512'
}

const rsa = (modulusLength: number): KeyTypeParameters => ({
  generate: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
  hash: 'SHA-256',
})

/** Key types of a CA; the worker can sign with all of them. */
export const KEY_TYPES = {
  p256: { generate: { name: 'ECDSA', namedCurve: 'P-256' }, hash: 'SHA-256' },
  p384: { generate: { name: 'ECDSA', namedCurve: 'P-384' }, hash: 'SHA-384' },
  p521: { generate: { name: 'ECDSA', namedCurve: 'P-521' }, hash: 'SHA-512' },
  rsa2048: rsa(2048),
  rsa3072: rsa(3072),
  rsa4096: rsa(4096),
  ed25519: { generate: { name: 'Ed25519' }, hash: 'SHA-512' },
} as const satisfies Record<string, KeyTypeParameters>

/** A key of {@link KEY_TYPES}. */
export type KeyType = keyof typeof KEY_TYPES

/** Every key type, the default first. */
export const KEY_TYPE_NAMES = [
  'p256',
  'p384',
  'p521',
  'rsa2048',
  'rsa3072',
  'rsa4096',
  'ed25519',
] as const satisfies readonly KeyType[]

const BY_CURVE = { 'P-256': 'p256', 'P-384': 'p384', 'P-521': 'p521' } as const

/** @returns The type of an existing key; `undefined` for an unsupported type. */
export function keyTypeOf(key: PublicKey): KeyType | undefined {
  switch (key.kind) {
    case 'EC':
      return BY_CURVE[key.curve]
    case 'Ed25519':
      return 'ed25519'
    case 'RSA':
      return KEY_TYPE_NAMES.find((name) => name === `rsa${String(key.bits)}`)
    case 'unsupported':
      return undefined
  }
}
