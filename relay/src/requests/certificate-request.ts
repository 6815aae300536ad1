/**
 * cert-manager's CertificateRequests.
 *
 * @module
 */
import { completeUsages, err, type Result, type SignRequest } from '@edge-issuer/shared'
import { type CertificateRequest, certificateRequestSchema } from '../api/certificate-request.ts'
import { findCondition, isConditionTrue } from '../api/condition.ts'
import { CERTIFICATE_REQUEST, CLUSTER_ISSUER, GROUP, ISSUER } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY, REQUEST_CONDITION, REQUEST_REASON } from '../api/reasons.ts'
import { rfc3339 } from '../api/time.ts'
import { APPROVE_ROLE, type ApprovalHelp, waitingForApproval } from '../core/approval-help.ts'
import { isReadyChanged, readyCondition } from '../core/conditions.ts'
import { parseGoDuration } from '../core/go-duration.ts'
import { type OurIssuerRef, ourIssuerRef } from '../core/issuer-ref.ts'
import { keptCertificateRequest } from '../core/kept-objects.ts'
import {
  gateByIssuer,
  ignore,
  notify,
  report,
  type RequestDecision,
} from '../core/request-decision.ts'
import { DEFAULT_DURATION_SECONDS, sentGroups, signMessage } from '../core/sign-message.ts'
import {
  isTerminalFailure,
  issuerKindUnknown,
  requestDenied,
  requestFailed,
  requestInProgress,
  requestIssued,
  requestRetried,
  type RequestUpdate,
} from '../core/status-messages.ts'
import { requestStatus } from '../report/status.ts'
import type { RequestAdapter, RequestResult, StatusPatch } from './request-adapter.ts'

const TERMINAL_REASONS: ReadonlySet<string> = new Set([
  REQUEST_REASON.issued,
  REQUEST_REASON.failed,
  REQUEST_REASON.denied,
])

/** Stateless. Messages and reasons follow issuer-lib (controllers/request_objecthelper_certificaterequest.go). */
class CertificateRequestAdapter implements RequestAdapter<CertificateRequest> {
  readonly resource = CERTIFICATE_REQUEST
  readonly schema = certificateRequestSchema

  kept(request: CertificateRequest): CertificateRequest {
    return keptCertificateRequest(request)
  }

  issuerRef(request: CertificateRequest): OurIssuerRef | undefined {
    return ourIssuerRef(request)
  }

  /**
   * The order is the contract with cert-manager (pkg/controller/certificaterequests/sync.go): denied comes
   * before not approved, since a denied request is never approved.
   */
  decide(request: CertificateRequest, issuer: Issuer | undefined): RequestDecision {
    const { conditions } = request.status
    const ref = ourIssuerRef(request)
    if (request.metadata.isDeleting) return ignore('deleting')
    if (request.spec.issuerRef.group !== GROUP) return ignore('foreign')
    if (isFinished(request)) return ignore('finished')
    // No condition: another product of this group might serve the kind.
    if (ref === undefined) return decideUnknownKind(request)
    if (isConditionTrue(conditions, REQUEST_CONDITION.denied)) return report(requestDenied())
    if (isConditionTrue(conditions, REQUEST_CONDITION.invalidRequest)) return ignore('invalid')
    if (!isConditionTrue(conditions, REQUEST_CONDITION.approved)) return ignore('not approved')
    return gateByIssuer(ref, issuer)
  }

  toSignRequest(
    { metadata, spec }: CertificateRequest,
    profile: string | undefined,
  ): Result<SignRequest, string> {
    const durationSeconds = readDuration(spec.duration)
    if (durationSeconds === undefined) {
      return err(
        `spec.duration is ${JSON.stringify(spec.duration)}; expected a duration of at least 1s`,
      )
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
        createdAt: rfc3339(metadata.createdMs),
      },
    })
  }

  lifetimeMs({ spec }: CertificateRequest): number | undefined {
    const seconds = spec.isCA ? undefined : readDuration(spec.duration)
    return seconds === undefined ? undefined : seconds * 1_000
  }

  approvalHelp(request: CertificateRequest): ApprovalHelp {
    const { namespace, name } = request.metadata
    return waitingForApproval(
      `Not signing CertificateRequest until it is approved. cert-manager approves requests for ${signerOf(request)} if the ClusterRole "${APPROVE_ROLE}" is bound to it by a ClusterRoleBinding (deploy/rbac/cert-manager-approve.yaml); by hand: cmctl approve --namespace ${namespace} ${name}`,
    )
  }

  issued(): RequestUpdate {
    return requestIssued('Succeeded signing the CertificateRequest')
  }

  failed(cause: string): RequestUpdate {
    return requestFailed(`Failed permanently to sign CertificateRequest: ${cause}`)
  }

  retried(cause: string): RequestUpdate {
    return requestRetried(`Failed to sign CertificateRequest, will retry: ${cause}`)
  }

  inProgress(cause: string): RequestUpdate {
    return requestInProgress(cause)
  }

  /** Everything is in the Ready condition. */
  statusPatch(
    { status: { conditions } }: CertificateRequest,
    { update, issued }: RequestResult,
    nowMs: number,
  ): StatusPatch {
    const ready = readyCondition(conditions, update, { nowMs })
    if (!isReadyChanged(conditions, ready)) return { kind: 'unchanged' }
    const failed = isTerminalFailure(update) ? { failureMs: nowMs } : {}
    return { kind: 'write', status: requestStatus(ready, { ...issued, ...failed }) }
  }
}

export const CERTIFICATE_REQUESTS = new CertificateRequestAdapter()

function decideUnknownKind({ spec, status }: CertificateRequest): RequestDecision {
  return isConditionTrue(status.conditions, REQUEST_CONDITION.denied)
    ? ignore('denied')
    : notify('unknown issuer kind', issuerKindUnknown(spec.issuerRef.kind))
}

/** By reason, as cert-manager does, and by status and certificate, in case another controller wrote them. */
function isFinished({ status: { conditions, hasCertificate } }: CertificateRequest): boolean {
  const ready = findCondition(conditions, READY)
  return hasCertificate || ready?.status === 'True' || TERMINAL_REASONS.has(ready?.reason ?? '')
}

/** Whole seconds; a fraction is cut, since X.509 has none. */
function readDuration(text: string | undefined): number | undefined {
  if (text === undefined) return DEFAULT_DURATION_SECONDS
  const seconds = Math.floor((parseGoDuration(text) ?? 0) / 1000)
  return seconds < 1 ? undefined : seconds
}

/** As approvers name signers (cert-manager internal/webhook/admission/certificaterequest/approval). */
function signerOf(request: CertificateRequest): string {
  const ref = ourIssuerRef(request)
  if (ref?.namespace === undefined) return `${CLUSTER_ISSUER.plural}.${GROUP}/${ref?.name ?? '*'}`
  return `${ISSUER.plural}.${GROUP}/${ref.namespace}.${ref.name}`
}
