/**
 * The phase of a request, for metrics.
 *
 * @module
 */
import type { RequestDecision } from './request-decision.ts'

/** `done`: ignored for another reason than a missing approval. */
export type RequestPhase = 'waiting for approval' | 'pending' | 'done'

/** A request that is approved and not finished is pending, whatever the state of its issuer. */
export function requestPhase(decision: RequestDecision): RequestPhase {
  if (decision.kind === 'notify') return 'done'
  if (decision.kind !== 'ignore') return 'pending'
  return decision.why === 'not approved' ? 'waiting for approval' : 'done'
}
