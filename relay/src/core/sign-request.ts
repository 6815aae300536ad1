/**
 * A CertificateRequest in the words of the protocol.
 *
 * @module
 */
import {
  completeUsages,
  decodeBase64,
  decodePem,
  encodeBase64,
  err,
  ok,
  type Result,
  type SignRequest,
  signRequestSchema,
} from '@edge-issuer/shared'
import { z } from 'zod'
import type { CertificateRequest } from '../api/certificate-request.ts'
import { parseGoDuration } from './go-duration.ts'

/** cert-manager's DefaultCertificateDuration (pkg/apis/certmanager/v1): 90 days. */
export const DEFAULT_DURATION_SECONDS = 7_776_000

/** cert-manager's limit for one PEM request (internal/pem/decode.go), in characters. */
const MAX_PEM_CHARACTERS = 36_500

/**
 * @param profile - The issuer's profile; the worker's default for this client when absent.
 * @returns What is wrong with the request when it cannot be said at all; that is permanent, since a
 *   request's spec never changes. What the worker may judge is left to the worker.
 */
export function toSignRequest(
  { metadata, spec }: CertificateRequest,
  profile: string | undefined,
): Result<SignRequest, string> {
  const csr = readCsr(spec.request)
  if (!csr.ok) return csr
  const durationSeconds = readDuration(spec.duration)
  if (durationSeconds === undefined) {
    return err(`spec.duration ${JSON.stringify(spec.duration)} is not a duration of at least 1s`)
  }
  const request = signRequestSchema.safeParse({
    csr: encodeBase64(csr.value),
    durationSeconds,
    isCA: spec.isCA,
    usages: completeUsages(spec.usages, spec.isCA),
    profile,
    origin: {
      kind: 'CertificateRequest',
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      username: spec.username,
      groups: spec.groups,
    },
  })
  return request.success ? ok(request.data) : err(z.prettifyError(request.error))
}

function readCsr(base64: string): Result<Uint8Array, string> {
  const bytes = decodeBase64(base64)
  if (bytes === undefined) return err('spec.request is not base64')
  const blocks = decodePem(new TextDecoder().decode(bytes), {
    label: 'CERTIFICATE REQUEST',
    maxBlocks: 1,
    maxCharacters: MAX_PEM_CHARACTERS,
  })
  if (!blocks.ok) return err(`spec.request is not a PEM certification request: ${blocks.error}`)
  const [der] = blocks.value
  return der === undefined ? err('spec.request is empty') : ok(der)
}

/** Whole seconds; a fraction is cut, as X.509 has none. */
function readDuration(text: string | undefined): number | undefined {
  if (text === undefined) return DEFAULT_DURATION_SECONDS
  const seconds = Math.floor((parseGoDuration(text) ?? 0) / 1000)
  return seconds < 1 ? undefined : seconds
}
