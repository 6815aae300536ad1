/**
 * One attempt to sign, as metrics count it.
 *
 * @module
 */
import type { Issuer, IssuerKind } from '../api/issuer.ts'
import { EVENT_REASON, REQUEST_REASON } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'
import type { SigningResult } from './request-signer.ts'

export const SIGN_OPERATIONS = ['issue', 'renew'] as const
export const SIGN_RESULTS = ['issued', 'pending', 'retry', 'failed', 'issuer'] as const

/** The labels of an attempt, and its duration. */
export interface SignAttempt {
  /** The kind of request: `CertificateRequest`. */
  readonly kind: string
  readonly issuerKind: IssuerKind
  /** `renew` if cert-manager had a certificate before. */
  readonly operation: (typeof SIGN_OPERATIONS)[number]
  /** `issuer`: action required by the operator of the issuer. */
  readonly result: (typeof SIGN_RESULTS)[number]
  readonly tookMs: number
}

/** cert-manager counts the certificates of a Certificate from 1 (pkg/apis/certmanager/v1). */
const REVISION_ANNOTATION = 'cert-manager.io/certificate-revision'

/** A finished attempt to sign a request of `kind`. */
export interface FinishedAttempt extends Pick<SignAttempt, 'kind' | 'tookMs'> {
  readonly result: SigningResult
}

/** @returns How the attempt is counted. */
export const toSignAttempt = (
  { kind, result, tookMs }: FinishedAttempt,
  request: AnyRequest,
  issuer: Issuer,
): SignAttempt => ({
  kind,
  issuerKind: issuer.kind,
  operation: isRenewal(request) ? 'renew' : 'issue',
  result: resultLabel(result),
  tookMs,
})

const isRenewal = ({ metadata }: AnyRequest): boolean =>
  Number(metadata.annotations[REVISION_ANNOTATION] ?? 1) > 1

function resultLabel({ issued, outcome, update }: SigningResult): SignAttempt['result'] {
  if (issued !== undefined) return 'issued'
  if (update.reason === REQUEST_REASON.failed) return 'failed'
  if (update.event.reason === EVENT_REASON.waitingForIssuerReady) return 'issuer'
  return outcome.kind === 'requeue-after' ? 'pending' : 'retry'
}
