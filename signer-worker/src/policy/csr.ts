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
import { type CertificationRequest, parseCertificationRequest } from '@edge-issuer/shared/x509'
import { isCsrSignedBy } from './csr-signature.ts'
import { loadPublicKey } from './key.ts'
import type { Profile } from './profile.ts'

const PEM_BEGIN = new TextEncoder().encode('-----BEGIN ')

/**
 * @param base64 - DER as canonical base64.
 * @returns `csr_malformed`, `key_not_allowed` or `csr_signature_invalid`, in this order.
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
  // Before the signature is looked at: a key of 16,384 bits would take a second of the worker's time.
  const key = loadPublicKey(csr.value.publicKey, profile)
  if (!key.ok) return key
  if (isCsrSignedBy(csr.value, key.value)) return csr
  return err({
    code: 'csr_signature_invalid',
    detail:
      'the signature of the certification request does not verify with the public key in it; sign it with the key it is for',
  })
}

const malformed = (
  fault: ParseFaultCode,
  words: string = PARSE_FAULTS[fault],
): Result<never, Refusal> =>
  err({ code: 'csr_malformed', fault, detail: `the certification request ${words}` })
