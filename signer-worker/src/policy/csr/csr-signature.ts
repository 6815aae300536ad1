/**
 * Whether a certification request is signed with the key in it (RFC 2986 §4.2): proof that who made it has
 * the private key.
 *
 * @module
 */
import { constants, createVerify, type KeyObject, verify } from 'node:crypto'
import type { CertificationRequest, SignatureAlgorithm } from '@edge-issuer/shared/x509'

type SignedRequest = Pick<
  CertificationRequest,
  'signatureAlgorithm' | 'signed' | 'signature' | 'publicKey'
>

/**
 * @param key - The public key of the request.
 * @returns `false` also for an algorithm that is not supported.
 */
export function isCsrSignedBy(
  { signatureAlgorithm: algorithm, signed, signature, publicKey }: SignedRequest,
  key: KeyObject,
): boolean {
  switch (algorithm.kind) {
    case 'RSA':
    case 'EC': {
      return verify(algorithm.hash, signed, key, signature)
    }
    case 'RSA-PSS': {
      return isPssSignature(algorithm, { signed, signature, publicKey })
    }
    case 'Ed25519': {
      return verify(null, signed, key, signature)
    }
    case 'unsupported': {
      return false
    }
  }
}

/**
 * In Node and in workerd alike. workerd's `verify` ignores the padding, and would take a signature of
 * PKCS #1 for one of PSS; and its `createVerify` takes no KeyObject together with options.
 */
function isPssSignature(
  { hash, saltLength }: Extract<SignatureAlgorithm, { kind: 'RSA-PSS' }>,
  { signed, signature, publicKey }: Pick<SignedRequest, 'signed' | 'signature' | 'publicKey'>,
): boolean {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any view of bytes is accepted
  const key = publicKey.raw as Buffer
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return createVerify(hash)
    .update(signed)
    .verify({ key, format: 'der', type: 'spki', padding, saltLength }, signature)
}
