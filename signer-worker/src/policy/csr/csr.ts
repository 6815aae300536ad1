/**
 * From the text of a message to a certification request that its own key signed. Faults here end
 * the judging: nothing else in the request can be trusted.
 *
 * @module
 */
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
import { loadPublicKey } from '../key/key.ts'
import type { Profile } from '../rules/profile.ts'
import { isCsrSignedBy } from './csr-signature.ts'

const PEM_BEGIN = '-----BEGIN '
const DER_SEQUENCE = 0x30

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
    return isPem(der)
      ? malformed('base64_of_pem')
      : malformed(csr.error.code, `cannot be read: ${csr.error.message}`)
  }
  const { publicKey, signatureAlgorithm } = csr.value
  // Before the signature is looked at: a key of 16,384 bits would take a second of the worker's time.
  const key = loadPublicKey(publicKey, profile)
  if (!key.ok) return key
  if (
    signatureAlgorithm.kind === 'unsupported' ||
    !isSignatureBy(publicKey.key, signatureAlgorithm)
  ) {
    return err(algorithmRefusal(signatureAlgorithm, publicKey.key))
  }
  if (isCsrSignedBy(csr.value, key.value)) return csr
  return err({
    code: 'csr_signature_invalid',
    detail:
      'the signature of the certification request does not verify with the public key in it; sign it with the key it is for',
  })
}

/** Whether a text in place of DER has a PEM block somewhere. */
const isPem = (octets: Uint8Array): boolean =>
  octets[0] !== DER_SEQUENCE && Buffer.from(octets).includes(PEM_BEGIN)

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
