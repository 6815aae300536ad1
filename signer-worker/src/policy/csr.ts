/**
 * From the text of a message to a certification request that its own key signed. Faults here end
 * the judging: nothing else in the request can be trusted.
 *
 * @module
 */
import { constants, type KeyObject, verify } from 'node:crypto'
import {
  decodeBase64,
  err,
  PARSE_FAULTS,
  type ParseFaultCode,
  type Refusal,
  type Result,
} from '@edge-issuer/shared'
import {
  type CertificationRequest,
  isSignatureBy,
  parseCertificationRequest,
  type PublicKey,
  publicKeyToText,
  type SignatureAlgorithm,
} from '@edge-issuer/shared/x509'
import { loadPublicKey } from './key.ts'
import type { Profile } from './profile.ts'

const PEM_BEGIN = new TextEncoder().encode('-----BEGIN ')

/**
 * @param base64 - DER as canonical base64.
 * @returns `csr_malformed`, `key_not_allowed`, `signature_not_allowed` or `csr_signature_invalid`, in
 *   this order.
 */
export function readCsr(base64: string, profile: Profile): Result<CertificationRequest, Refusal> {
  const der = decodeBase64(base64)
  if (der === undefined) return malformed('base64_not_canonical')
  const csr = parseCertificationRequest(der)
  if (!csr.ok) {
    return PEM_BEGIN.every((octet, index) => octet === der[index])
      ? malformed('base64_of_pem')
      : malformed(csr.error.code, `cannot be read: ${csr.error.message}`)
  }
  const { publicKey, signatureAlgorithm, signed, signature } = csr.value
  // Before the signature is looked at: a key of 16,384 bits would take a second of the worker's time.
  const key = loadPublicKey(publicKey, profile)
  if (!key.ok) return key
  if (
    signatureAlgorithm.kind === 'unsupported' ||
    !isSignatureBy(publicKey.key, signatureAlgorithm)
  ) {
    return err(algorithmRefusal(signatureAlgorithm, publicKey.key))
  }
  if (verifySignature(signatureAlgorithm, key.value, { signed, signature })) return csr
  return err({
    code: 'csr_signature_invalid',
    detail:
      'the signature of the certification request does not verify with the public key in it; sign it with the key it is for',
  })
}

/** A signature algorithm that is supported. */
type SupportedAlgorithm = Exclude<SignatureAlgorithm, { kind: 'unsupported' }>

function verifySignature(
  algorithm: SupportedAlgorithm,
  key: KeyObject,
  { signed, signature }: Pick<CertificationRequest, 'signed' | 'signature'>,
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
  }
}

function algorithmRefusal(algorithm: SignatureAlgorithm, key: PublicKey): Refusal {
  const detail =
    algorithm.kind === 'unsupported'
      ? `the certification request is signed with ${algorithm.algorithm}; sign it with RSA (PKCS #1 or PSS) or ECDSA and SHA-256, SHA-384 or SHA-512, or with Ed25519`
      : `the certification request is signed with ${algorithm.kind}, and its public key is ${publicKeyToText(key)}; sign it with the key that it is for`
  return { code: 'signature_not_allowed', detail }
}

const malformed = (
  fault: ParseFaultCode,
  words: string = PARSE_FAULTS[fault],
): Result<never, Refusal> =>
  err({ code: 'csr_malformed', fault, detail: `the certification request ${words}` })
