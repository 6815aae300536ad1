/**
 * Whether a certification request is signed with the key in it (RFC 2986 §4.2): proof that who made it has
 * the private key.
 *
 * @module
 */
import { type KeyObject, verify } from 'node:crypto'
import type { CertificationRequest } from '@edge-issuer/shared/x509'

/** @param key - The public key of the request. */
export function isCsrSignedBy(
  {
    signatureAlgorithm: algorithm,
    signed,
    signature,
  }: Pick<CertificationRequest, 'signatureAlgorithm' | 'signed' | 'signature'>,
  key: KeyObject,
): boolean {
  return verify(algorithm.kind === 'Ed25519' ? null : algorithm.hash, signed, key, signature)
}
