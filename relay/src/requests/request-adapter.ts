/**
 * The two kinds of request, side by side: all that differs between them.
 *
 * @module
 */
import type { Result, SignRequest } from '@edge-issuer/shared'
import type { ZodType } from 'zod'
import { type CertificateRequest, certificateRequestSchema } from '../api/certificate-request.ts'
import {
  type CertificateSigningRequest,
  certificateSigningRequestSchema,
} from '../api/certificate-signing-request.ts'
import { CERTIFICATE_REQUEST, CERTIFICATE_SIGNING_REQUEST, type Resource } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import { type ApprovalHelp, approvalHelp, signingApprovalHelp } from '../core/approval-help.ts'
import { decideRequest } from '../core/decide-request.ts'
import { decideSigningRequest } from '../core/decide-signing-request.ts'
import { type OurIssuerRef, ourIssuerRef } from '../core/issuer-ref.ts'
import { keptCertificateRequest, keptSigningRequest } from '../core/kept-objects.ts'
import type { RequestDecision } from '../core/request-decision.ts'
import {
  CERTIFICATE_REQUEST_WORDS,
  type RequestWords,
  SIGNING_REQUEST_WORDS,
} from '../core/request-words.ts'
import { requestLifetimeMs, toSignRequest } from '../core/sign-request.ts'
import {
  signingRequestLifetimeMs,
  type SigningRequestRules,
  signingToSignRequest,
} from '../core/sign-signing-request.ts'
import { readSignerName } from '../core/signer-name.ts'
import {
  type Finding,
  type Report,
  reportOnRequest,
  reportOnSigningRequest,
} from '../report/request-report.ts'

/** One kind of request, as the reconciler sees it. */
export interface RequestKind<R extends AnyRequest> {
  readonly resource: Resource
  readonly schema: ZodType<R>
  /** What of a request stays in memory. */
  readonly kept: (request: R) => R
  readonly issuerRef: (request: R) => OurIssuerRef | undefined
  readonly decide: (request: R, issuer: Issuer | undefined) => RequestDecision
  readonly toSignRequest: (request: R, profile: string | undefined) => Result<SignRequest, string>
  /** What it asks for, in milliseconds; nothing where that does not count for the end of a CA. */
  readonly lifetimeMs: (request: R) => number | undefined
  readonly words: RequestWords
  readonly approvalHelp: (request: R) => ApprovalHelp
  /** What is to be written and told of a finding. */
  readonly report: (request: R, finding: Finding, nowMs: number) => Report
}

export const CERTIFICATE_REQUESTS: RequestKind<CertificateRequest> = {
  resource: CERTIFICATE_REQUEST,
  schema: certificateRequestSchema,
  kept: keptCertificateRequest,
  issuerRef: ourIssuerRef,
  decide: decideRequest,
  toSignRequest,
  lifetimeMs: requestLifetimeMs,
  words: CERTIFICATE_REQUEST_WORDS,
  approvalHelp,
  report: reportOnRequest,
}

/** Kubernetes' own requests, with or without cert-manager's annotations: see {@link SigningRequestRules}. */
export const certificateSigningRequests = (
  rules: SigningRequestRules,
): RequestKind<CertificateSigningRequest> => ({
  resource: CERTIFICATE_SIGNING_REQUEST,
  schema: certificateSigningRequestSchema,
  kept: keptSigningRequest,
  issuerRef: ({ spec }) => {
    const signer = readSignerName(spec.signerName)
    return signer.kind === 'cluster' ? signer.ref : undefined
  },
  decide: decideSigningRequest,
  toSignRequest: (request, profile) => signingToSignRequest(request, profile, rules),
  lifetimeMs: (request) => signingRequestLifetimeMs(request, rules),
  words: SIGNING_REQUEST_WORDS,
  approvalHelp: signingApprovalHelp,
  report: reportOnSigningRequest,
})

/** As they are signed unless the operator says otherwise. */
export const CERTIFICATE_SIGNING_REQUESTS = certificateSigningRequests({ annotations: false })
