/**
 * Where requests stand, for whoever counts them.
 *
 * @module
 */
import type { CertificateRequest } from '../api/certificate-request.ts'
import { decideRequest } from './decide-request.ts'

/** `done` is everything that is left alone but for an approval. */
export type RequestPhase = 'waiting for approval' | 'pending' | 'done'

/** Whatever its issuer says: a request that is approved and not finished is pending. */
export function requestPhase(request: CertificateRequest): RequestPhase {
  const decision = decideRequest(request, undefined)
  if (decision.kind !== 'ignore') return 'pending'
  return decision.why === 'not approved' ? 'waiting for approval' : 'done'
}
