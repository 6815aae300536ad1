/**
 * Whether a certification request is signed with the key in it (RFC 2986 §4.2): proof that who made it has
 * the private key.
 *
 * @module
 */
import { constants, type KeyObject, verify } from 'node:crypto'
import type { CertificationRequest } from '@edge-issuer/shared/x509'

/**
 * @param key - The public key of the request.
 * @returns `false` also for an algorithm that is not supported.
 */
export function isCsrSignedBy(
  {
    signatureAlgorithm: algorithm,
    signed,
    signature,
  }: Pick<CertificationRequest, 'signatureAlgorithm' | 'signed' | 'signature'>,
  key: KeyObject,
): boolean {
  switch (algorithm.kind) {
    case 'RSA':
    case 'EC': {
      return verify(algorithm.hash, signed, key, signature)
    }
    case 'RSA-PSS': {
      const { hash, saltLength } = algorithm
      const padding = constants.RSA_PKCS1_PSS_PADDING
      return verify(hash, signed, { key, padding, saltLength }, signature)
    }
    case 'Ed25519': {
      return verify(null, signed, key, signature)
    }
    case 'unsupported': {
      return false
    }
  }
}
