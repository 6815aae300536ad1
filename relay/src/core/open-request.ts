/**
 * Whether a request still waits for a certificate, from its own conditions alone: no issuer is needed, and no
 * decision is made.
 *
 * @module
 */
import { findCondition, isConditionTrue } from '../api/condition.ts'
import {
  READY,
  REQUEST_CONDITION,
  REQUEST_REASON,
  SIGNING_REQUEST_CONDITION,
} from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'

const ENDS = [
  REQUEST_CONDITION.denied,
  REQUEST_CONDITION.invalidRequest,
  SIGNING_REQUEST_CONDITION.failed,
] as const

/** Whether a request of either kind is approved and has no end. */
export function isOpenRequest({ metadata, status }: AnyRequest): boolean {
  const { conditions, hasCertificate } = status
  const ready = findCondition(conditions, READY)
  return (
    !metadata.isDeleting &&
    !hasCertificate &&
    isConditionTrue(conditions, REQUEST_CONDITION.approved) &&
    !ENDS.some((type) => isConditionTrue(conditions, type)) &&
    (ready === undefined || (ready.status !== 'True' && ready.reason === REQUEST_REASON.pending))
  )
}
