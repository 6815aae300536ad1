/**
 * What is to be done about a CertificateRequest. The order is the contract with cert-manager
 * (pkg/controller/certificaterequests/sync.go): denied comes before not approved, since a denied
 * request is never approved.
 *
 * @module
 */
import type { CertificateRequest } from '../api/certificate-request.ts'
import { findCondition, isConditionTrue } from '../api/condition.ts'
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY, REQUEST_CONDITION, REQUEST_REASON } from '../api/reasons.ts'
import { ourIssuerRef } from './issuer-ref.ts'
import { issuerMissing, issuerNotReady, requestDenied, type RequestVerdict } from './verdict.ts'

/** `ignore` writes nothing; `report` writes a verdict and asks nobody; `sign` asks the worker. */
export type RequestDecision =
  | { readonly kind: 'ignore'; readonly why: IgnoreReason }
  | { readonly kind: 'report'; readonly verdict: RequestVerdict }
  | { readonly kind: 'sign'; readonly issuer: Issuer }

/** Why a request is left alone, for the debug log. */
export type IgnoreReason = 'deleting' | 'foreign' | 'finished' | 'invalid' | 'not approved'

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
  const { metadata, status } = request
  const ref = ourIssuerRef(request)
  if (metadata.isDeleting) return ignore('deleting')
  if (ref === undefined) return ignore('foreign')
  if (isFinished(request)) return ignore('finished')
  if (isConditionTrue(status.conditions, REQUEST_CONDITION.denied)) return report(requestDenied())
  if (isConditionTrue(status.conditions, REQUEST_CONDITION.invalidRequest)) return ignore('invalid')
  if (!isConditionTrue(status.conditions, REQUEST_CONDITION.approved)) return ignore('not approved')
  if (issuer === undefined) {
    const { plural, group } = ref.kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
    return report(issuerMissing(`${plural}.${group} "${ref.name}"`))
  }
  const blocked = whatBlocks(issuer)
  return blocked === undefined ? { kind: 'sign', issuer } : report(issuerNotReady(blocked))
}

/** Judged by reason, as cert-manager does, and by status and certificate, in case others wrote. */
function isFinished({ status: { conditions, hasCertificate } }: CertificateRequest): boolean {
  const ready = findCondition(conditions, READY)
  return hasCertificate || ready?.status === 'True' || TERMINAL_REASONS.has(ready?.reason ?? '')
}

/** What stands in the way of signing under `issuer`; nothing when it is Ready for its current spec. */
function whatBlocks({ metadata, status }: Issuer): string | undefined {
  const ready = findCondition(status.conditions, READY)
  if (ready === undefined) return 'is missing'
  if (ready.observedGeneration < metadata.generation) return 'is outdated'
  return ready.status === 'True' ? undefined : `is "${ready.reason}": "${ready.message}"`
}

const ignore = (why: IgnoreReason): RequestDecision => ({ kind: 'ignore', why })
const report = (verdict: RequestVerdict): RequestDecision => ({ kind: 'report', verdict })
