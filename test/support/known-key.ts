/**
 * A publicly known key: the number 1, and with it the base point of P-256 (SEC 2 §2.4.2).
 * @module
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyPair } from '@edge-issuer/testbed/pki/x509'

const privateKey = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    d: Buffer.from('1'.padStart(64, '0'), 'hex').toString('base64url'),
    x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
    y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  },
})

/** For a list of blocked keys. */
export const KNOWN_KEY: KeyPair = {
  type: 'P-256',
  privateKey,
  privateKeyPem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
  spki: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
}

/** SHA-256 of its SubjectPublicKeyInfo. */
export const KNOWN_KEY_SHA256 = '5cd252fb0ce8932436faf8ccd1040981b89ee4ad6b9fe9e2a2b7e71aacb27cd3'
