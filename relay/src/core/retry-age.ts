/**
 * Since when a request could have been signed. Computed from the objects alone, so that a restart
 * changes nothing.
 *
 * @module
 */
import { findCondition } from '../api/condition.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY, REQUEST_CONDITION } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'

/**
 * The latest of: created, approved, issuer became Ready. Time spent waiting for an approval or for
 * an issuer does not count against the retry limit.
 *
 * @returns Epoch milliseconds.
 */
export function retryStartMs(request: AnyRequest, issuer: Issuer): number {
  const approved = findCondition(request.status.conditions, REQUEST_CONDITION.approved)
  const ready = findCondition(issuer.status.conditions, READY)
  return Math.max(
    request.metadata.createdMs,
    approved?.lastTransitionMs ?? 0,
    ready?.lastTransitionMs ?? 0,
  )
}
