/**
 * Where requests stand, for whoever counts them.
 *
 * @module
 */
import type { RequestDecision } from './request-decision.ts'

/** `done` is everything that is left alone but for an approval. */
export type RequestPhase = 'waiting for approval' | 'pending' | 'done'

/** Whatever its issuer says: a request that is approved and not finished is pending. */
export function requestPhase(decision: RequestDecision): RequestPhase {
  if (decision.kind === 'notify') return 'done'
  if (decision.kind !== 'ignore') return 'pending'
  return decision.why === 'not approved' ? 'waiting for approval' : 'done'
}
