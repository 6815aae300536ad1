/**
 * A sign pass that is counted.
 *
 * @module
 */
import type { IssuerKind } from '../api/issuer.ts'
import { EVENT_REASON, REQUEST_REASON } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'
import type { RequestKind } from '../requests/request-adapter.ts'
import type { Signing, SignPass } from './sign-pass.ts'

export const SIGN_OPERATIONS = ['issue', 'renew'] as const
export const SIGN_RESULTS = ['issued', 'pending', 'retry', 'failed', 'issuer'] as const

/** What became of one attempt to get a certificate. */
export interface SignAttempt {
  /** Of the request: `CertificateRequest`. */
  readonly kind: string
  readonly issuerKind: IssuerKind
  /** Whether cert-manager had a certificate before. */
  readonly operation: (typeof SIGN_OPERATIONS)[number]
  /** `issuer`: whoever runs the issuer has something to mend. */
  readonly result: (typeof SIGN_RESULTS)[number]
  readonly tookMs: number
}

/** Who hears of attempts. */
export interface SignObserver {
  readonly kind: Pick<RequestKind<never>, 'resource'>
  readonly signed: (attempt: SignAttempt) => void
  /** Never goes back. */
  readonly uptimeMs: () => number
}

/** cert-manager counts the certificates of a Certificate from 1 (pkg/apis/certmanager/v1). */
const REVISION_ANNOTATION = 'cert-manager.io/certificate-revision'

/** @returns The same pass, heard by `observer`. */
export function observedSign<R extends AnyRequest>(
  sign: SignPass<R>,
  { kind: { resource }, signed, uptimeMs }: SignObserver,
): SignPass<R> {
  const { kind } = resource
  return async (request, issuer, signal) => {
    const startedAtMs = uptimeMs()
    const signing = await sign(request, issuer, signal)
    const tookMs = uptimeMs() - startedAtMs
    const operation = isRenewal(request) ? 'renew' : 'issue'
    signed({ kind, issuerKind: issuer.kind, operation, result: resultOf(signing), tookMs })
    return signing.issued === undefined
      ? signing
      : { ...signing, by: `${issuer.kind} ${issuer.metadata.name}`, tookMs: Math.round(tookMs) }
  }
}

const isRenewal = ({ metadata }: AnyRequest): boolean =>
  Number(metadata.annotations[REVISION_ANNOTATION] ?? 1) > 1

function resultOf({ issued, outcome, verdict }: Signing): SignAttempt['result'] {
  if (issued !== undefined) return 'issued'
  if (verdict.reason === REQUEST_REASON.failed) return 'failed'
  if (verdict.event.reason === EVENT_REASON.waitingForIssuerReady) return 'issuer'
  return outcome.kind === 'requeue-after' ? 'pending' : 'retry'
}
