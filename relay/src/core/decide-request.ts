/**
 * What is to be done about a CertificateRequest. The order is the contract with cert-manager
 * (pkg/controller/certificaterequests/sync.go): denied comes before not approved, since a denied
 * request is never approved.
 *
 * @module
 */
import type { CertificateRequest } from '../api/certificate-request.ts'
import { findCondition, isConditionTrue } from '../api/condition.ts'
import { GROUP } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY, REQUEST_CONDITION, REQUEST_REASON } from '../api/reasons.ts'
import { gateByIssuer } from './issuer-gate.ts'
import { ourIssuerRef } from './issuer-ref.ts'
import { ignore, notify, report, type RequestDecision } from './request-decision.ts'
import { issuerKindUnknown, requestDenied } from './status-messages.ts'

const TERMINAL_REASONS: ReadonlySet<string> = new Set([
  REQUEST_REASON.issued,
  REQUEST_REASON.failed,
  REQUEST_REASON.denied,
])

/**
 * @param issuer - The issuer that the request names, as last seen; absent when there is none.
 */
export function decideRequest(
  request: CertificateRequest,
  issuer: Issuer | undefined,
): RequestDecision {
  const { metadata, spec, status } = request
  const ref = ourIssuerRef(request)
  if (metadata.isDeleting) return ignore('deleting')
  if (spec.issuerRef.group !== GROUP) return ignore('foreign')
  if (isFinished(request)) return ignore('finished')
  // No condition: another product of this group might serve the kind.
  if (ref === undefined) return decideUnknownKind(request)
  if (isConditionTrue(status.conditions, REQUEST_CONDITION.denied)) return report(requestDenied())
  if (isConditionTrue(status.conditions, REQUEST_CONDITION.invalidRequest)) return ignore('invalid')
  if (!isConditionTrue(status.conditions, REQUEST_CONDITION.approved)) return ignore('not approved')
  return gateByIssuer(ref, issuer)
}

function decideUnknownKind({ spec, status }: CertificateRequest): RequestDecision {
  return isConditionTrue(status.conditions, REQUEST_CONDITION.denied)
    ? ignore('denied')
    : notify('unknown issuer kind', issuerKindUnknown(spec.issuerRef.kind))
}

/** Judged by reason, as cert-manager does, and by status and certificate, in case others wrote. */
function isFinished({ status: { conditions, hasCertificate } }: CertificateRequest): boolean {
  const ready = findCondition(conditions, READY)
  return hasCertificate || ready?.status === 'True' || TERMINAL_REASONS.has(ready?.reason ?? '')
}
