/**
 * From the text of a message to a certification request that its own key signed. An error here ends
 * the evaluation: nothing else in the request can be trusted.
 *
 * @module
 */
import {
  decodeBase64,
  err,
  PARSE_ERRORS,
  type ParseErrorCode,
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
import type { Violation } from '../messages.ts'
import type { Profile } from '../rules/profile.ts'
import { isCsrSignedBy } from './csr-signature.ts'

const PEM_BEGIN = '-----BEGIN '
const DER_SEQUENCE = 0x30

/**
 * @param base64 - DER as canonical base64.
 * @returns `csr_malformed`, `key_not_allowed`, `signature_not_allowed` or `csr_signature_invalid`, in
 *   this order.
 */
export function readCsr(base64: string, profile: Profile): Result<CertificationRequest, Violation> {
  const der = decodeBase64(base64)
  if (der === undefined) return malformed('base64_not_canonical')
  const csr = parseCertificationRequest(der)
  if (!csr.ok) {
    return isPem(der)
      ? malformed('base64_of_pem')
      : err({
          ...MALFORMED,
          kind: 'csr_unreadable',
          expected: [csr.error.message],
          parseError: csr.error.code,
        })
  }
  const { publicKey, signatureAlgorithm } = csr.value
  // Before the signature is verified: a key of 16,384 bits would take a second of the worker's time.
  const key = loadPublicKey(publicKey, profile)
  if (!key.ok) return key
  if (
    signatureAlgorithm.kind === 'unsupported' ||
    !isSignatureBy(publicKey.key, signatureAlgorithm)
  ) {
    return err(algorithmViolation(signatureAlgorithm, publicKey.key))
  }
  if (isCsrSignedBy(csr.value, key.value)) return csr
  return err({
    code: 'csr_signature_invalid',
    kind: 'csr_signature',
    field: 'csr.signature',
    actual: '',
  })
}

/** Whether a text in place of DER has a PEM block somewhere. */
const isPem = (bytes: Uint8Array): boolean =>
  bytes[0] !== DER_SEQUENCE && Buffer.from(bytes).includes(PEM_BEGIN)

function algorithmViolation(algorithm: SignatureAlgorithm, key: PublicKey): Violation {
  const at = { code: 'signature_not_allowed', field: 'csr.signatureAlgorithm' } as const
  return algorithm.kind === 'unsupported'
    ? { ...at, kind: 'csr_signature_algorithm', actual: algorithm.algorithm }
    : {
        ...at,
        kind: 'csr_signature_key',
        actual: algorithm.kind,
        expected: [publicKeyToText(key)],
      }
}

const MALFORMED = { code: 'csr_malformed', field: 'csr', actual: '' } as const

const malformed = (parseError: ParseErrorCode): Result<never, Violation> =>
  err({ ...MALFORMED, kind: 'csr_malformed', expected: [PARSE_ERRORS[parseError]], parseError })
