/**
 * What is written and told of what a pass over a request found. A CertificateRequest says everything in
 * its Ready condition; a CertificateSigningRequest has no place for what is not final, so that is told
 * in Events alone.
 *
 * @module
 */
import type { CertificateRequest } from '../api/certificate-request.ts'
import { REQUEST_REASON } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'
import { isReadyChanged, readyCondition } from '../core/conditions.ts'
import { isTerminalFailure, type RequestVerdict } from '../core/status-messages.ts'
import { requestStatus, signedStatus, signingFailedStatus } from './status.ts'

/** What a pass found, and the certificate if there is one. */
export interface Finding {
  readonly verdict: RequestVerdict
  /** PEM: leaf first, without the root; and what is to be trusted, one root or several. */
  readonly issued?: { readonly chainPem: string; readonly caPem: string }
}

/** `write` applies a status and tells it once it is there; `tell` only tells; `known` is there already. */
export type Report =
  | { readonly kind: 'write'; readonly status: object }
  | { readonly kind: 'tell' }
  | { readonly kind: 'known' }

/** Of a CertificateRequest: Ready, and what goes with it. */
export function reportOnRequest(
  { status: { conditions } }: CertificateRequest,
  { verdict, issued }: Finding,
  nowMs: number,
): Report {
  const ready = readyCondition(conditions, verdict, { nowMs })
  if (!isReadyChanged(conditions, ready)) return { kind: 'known' }
  const failed = isTerminalFailure(verdict) ? { failureMs: nowMs } : {}
  return { kind: 'write', status: requestStatus(ready, { ...issued, ...failed }) }
}

/** Of a CertificateSigningRequest: the certificate, or that there will be none. */
export function reportOnSigningRequest(
  _request: AnyRequest,
  { verdict, issued }: Finding,
  nowMs: number,
): Report {
  if (issued !== undefined) return { kind: 'write', status: signedStatus(issued.chainPem) }
  if (verdict.reason !== REQUEST_REASON.failed) return { kind: 'tell' }
  return { kind: 'write', status: signingFailedStatus(verdict.message, nowMs) }
}
