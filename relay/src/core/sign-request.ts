/**
 * A CertificateRequest as a message of the protocol.
 *
 * @module
 */
import { completeUsages, err, type Result, type SignRequest } from '@edge-issuer/shared'
import type { CertificateRequest } from '../api/certificate-request.ts'
import { parseGoDuration } from './go-duration.ts'
import { sentGroups, signMessage } from './sign-message.ts'

/** cert-manager's DefaultCertificateDuration (pkg/apis/certmanager/v1): 90 days. */
export const DEFAULT_DURATION_SECONDS = 7_776_000

/**
 * @param profile - The issuer's profile; the worker's default for this client when absent.
 * @returns What is wrong with the request, see {@link signMessage}.
 */
export function toSignRequest(
  { metadata, spec }: CertificateRequest,
  profile: string | undefined,
): Result<SignRequest, string> {
  const durationSeconds = readDuration(spec.duration)
  if (durationSeconds === undefined) {
    return err(`spec.duration ${JSON.stringify(spec.duration)} is not a duration of at least 1s`)
  }
  return signMessage(spec.request, {
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
      groups: sentGroups(spec),
    },
  })
}

/** @returns What the request asks for; nothing for a CA, whose life is planned by hand, and for nonsense. */
export function requestLifetimeMs({ spec }: CertificateRequest): number | undefined {
  const seconds = spec.isCA ? undefined : readDuration(spec.duration)
  return seconds === undefined ? undefined : seconds * 1_000
}

/** Whole seconds; a fraction is cut, as X.509 has none. */
function readDuration(text: string | undefined): number | undefined {
  if (text === undefined) return DEFAULT_DURATION_SECONDS
  const seconds = Math.floor((parseGoDuration(text) ?? 0) / 1000)
  return seconds < 1 ? undefined : seconds
}
