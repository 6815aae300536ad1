import { generateKeyPairSync } from 'node:crypto'
import { encodePem } from '@edge-issuer/shared'

/** Key pair by which the worker authenticates a client or an admin. */
export interface ClientKeyPair {
  /** Ed25519, PKCS#8 PEM; a client's key goes into the Secret in its cluster. */
  readonly privateKeyPem: string
  /** SubjectPublicKeyInfo PEM, for the worker's configuration. */
  readonly publicKeyPem: string
}

/** Generates an Ed25519 key pair (RFC 8410). */
export function createClientKeyPair(): ClientKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privateKeyPem: encodePem('PRIVATE KEY', privateKey.export({ type: 'pkcs8', format: 'der' })),
    publicKeyPem: encodePem('PUBLIC KEY', publicKey.export({ type: 'spki', format: 'der' })),
  }
}
