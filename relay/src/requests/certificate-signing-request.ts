/**
 * Kubernetes' own CertificateSigningRequests.
 *
 * @module
 */
import { err, ok, type Result, type SignRequest } from '@edge-issuer/shared'
import {
  type CertificateSigningRequest,
  certificateSigningRequestSchema,
  SIGNING_REQUEST_ANNOTATION,
} from '../api/certificate-signing-request.ts'
import { isConditionTrue } from '../api/condition.ts'
import { CERTIFICATE_SIGNING_REQUEST } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { REQUEST_REASON, SIGNING_REQUEST_CONDITION } from '../api/reasons.ts'
import { rfc3339 } from '../api/time.ts'
import { type ApprovalHelp, waitingForApproval } from '../core/approval-help.ts'
import { parseGoDuration } from '../core/go-duration.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
import { keptSigningRequest } from '../core/kept-objects.ts'
import { gateByIssuer, ignore, notify, type RequestDecision } from '../core/request-decision.ts'
import { DEFAULT_DURATION_SECONDS, sentGroups, signMessage } from '../core/sign-message.ts'
import { readSignerName } from '../core/signer-name.ts'
import {
  requestFailed,
  requestInProgress,
  requestIssued,
  requestRetried,
  type RequestUpdate,
  signerUnsupported,
} from '../core/status-messages.ts'
import { signedStatus, signingFailedStatus } from '../report/status.ts'
import type { RequestAdapter, RequestResult, StatusPatch } from './request-adapter.ts'

/** Kubernetes' minimum of `spec.expirationSeconds`, which cert-manager enforces for the annotation too. */
const MIN_DURATION_SECONDS = 600

/** How requests are read. */
export interface SigningRequestRules {
  /**
   * Whether cert-manager's annotations apply. Unlike the spec they can be changed after the approval, by
   * anyone who may update CertificateSigningRequests: an approved request could become one for a CA certificate.
   */
  readonly annotations: boolean
}

/** Messages and reasons follow issuer-lib (controllers/request_objecthelper_certificatesigningrequest.go). */
export class CertificateSigningRequestAdapter implements RequestAdapter<CertificateSigningRequest> {
  readonly resource = CERTIFICATE_SIGNING_REQUEST
  readonly schema = certificateSigningRequestSchema
  readonly #rules: SigningRequestRules

  constructor(rules: SigningRequestRules) {
    this.#rules = rules
  }

  kept(request: CertificateSigningRequest): CertificateSigningRequest {
    return keptSigningRequest(request)
  }

  /** Only ClusterIssuers can be named. */
  issuerRef({ spec }: CertificateSigningRequest): OurIssuerRef | undefined {
    const signer = readSignerName(spec.signerName)
    return signer.kind === 'cluster' ? signer.ref : undefined
  }

  /** A denied request is finished: Kubernetes has no condition that says that a signer has seen it. */
  decide(
    { metadata, spec, status }: CertificateSigningRequest,
    issuer: Issuer | undefined,
  ): RequestDecision {
    const { approved, denied, failed } = SIGNING_REQUEST_CONDITION
    const { conditions } = status
    const signer = readSignerName(spec.signerName)
    if (metadata.isDeleting) return ignore('deleting')
    if (signer.kind === 'foreign') return ignore('foreign')
    if (status.hasCertificate || isConditionTrue(conditions, failed)) return ignore('finished')
    if (isConditionTrue(conditions, denied)) return ignore('denied')
    const isApproved = isConditionTrue(conditions, approved)
    if (signer.kind === 'namespaced') {
      const why = 'signer is not cluster-scoped'
      return isApproved ? notify(why, signerUnsupported()) : ignore(why)
    }
    if (!isApproved) return ignore('not approved')
    return gateByIssuer(signer.ref, issuer)
  }

  /**
   * The usages are sent as listed: Kubernetes and cert-manager spell them alike, and a CA gets no `cert sign`
   * that was not requested (cert-manager pkg/util/pki/kube.go).
   */
  toSignRequest(
    { metadata, spec }: CertificateSigningRequest,
    profile: string | undefined,
  ): Result<SignRequest, string> {
    const annotations = this.#annotations(metadata)
    const duration = readDuration(annotations, spec.expirationSeconds)
    if (!duration.ok) return duration
    return signMessage(spec.request, {
      durationSeconds: duration.value,
      isCA: isCA(annotations),
      usages: spec.usages,
      profile,
      origin: {
        kind: 'CertificateSigningRequest',
        namespace: '',
        name: metadata.name,
        uid: metadata.uid,
        username: spec.username,
        groups: sentGroups(spec),
        createdAt: rfc3339(metadata.createdMs),
      },
    })
  }

  lifetimeMs({ metadata, spec }: CertificateSigningRequest): number | undefined {
    const annotations = this.#annotations(metadata)
    const seconds = readDuration(annotations, spec.expirationSeconds)
    return seconds.ok && !isCA(annotations) ? seconds.value * 1_000 : undefined
  }

  /** Kubernetes and cert-manager leave the approval to others. */
  approvalHelp({ metadata, spec }: CertificateSigningRequest): ApprovalHelp {
    return waitingForApproval(
      `Not signing CertificateSigningRequest until it is approved. Neither Kubernetes nor cert-manager approves requests for ${spec.signerName} by itself; anyone who may "approve" for this signer can: kubectl certificate approve ${metadata.name}`,
    )
  }

  issued(): RequestUpdate {
    return requestIssued('Succeeded signing the CertificateSigningRequest')
  }

  failed(cause: string): RequestUpdate {
    return requestFailed(`CertificateSigningRequest has failed permanently: ${cause}`)
  }

  retried(cause: string): RequestUpdate {
    return requestRetried(`Failed to sign CertificateSigningRequest, will retry: ${cause}`)
  }

  inProgress(cause: string): RequestUpdate {
    return requestInProgress(cause)
  }

  /** Only final results have a field in the status: the certificate, or the condition Failed. */
  statusPatch(
    _request: CertificateSigningRequest,
    { update, issued }: RequestResult,
    nowMs: number,
  ): StatusPatch {
    if (issued !== undefined) return { kind: 'write', status: signedStatus(issued.chainPem) }
    if (update.reason !== REQUEST_REASON.failed) return { kind: 'event-only' }
    return { kind: 'write', status: signingFailedStatus(update.message, nowMs) }
  }

  #annotations({ annotations }: CertificateSigningRequest['metadata']): Annotations {
    return this.#rules.annotations ? annotations : {}
  }
}

/** Without cert-manager's annotations, which is the relay's default. */
export const CERTIFICATE_SIGNING_REQUESTS = new CertificateSigningRequestAdapter({
  annotations: false,
})

type Annotations = CertificateSigningRequest['metadata']['annotations']

const isCA = (annotations: Annotations): boolean =>
  annotations[SIGNING_REQUEST_ANNOTATION.isCA] === 'true'

/**
 * The annotation can only shorten the field, which the approver saw and no one can change. Whole seconds,
 * since X.509 has no fractions.
 */
function readDuration(
  annotations: Annotations,
  expirationSeconds: number | undefined,
): Result<number, string> {
  const name = SIGNING_REQUEST_ANNOTATION.duration
  const text = annotations[name]
  if (text === undefined) return ok(expirationSeconds ?? DEFAULT_DURATION_SECONDS)
  const seconds = Math.floor((parseGoDuration(text) ?? 0) / 1000)
  if (seconds >= MIN_DURATION_SECONDS) return ok(Math.min(seconds, expirationSeconds ?? seconds))
  const minimum = `${String(MIN_DURATION_SECONDS)}s`
  return err(
    `annotation ${name} is ${JSON.stringify(text)}; expected a duration of at least ${minimum} such as 2160h`,
  )
}
