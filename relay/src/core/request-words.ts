/**
 * What each kind of request is told about its signing. Texts, reasons and types of Event follow
 * issuer-lib (controllers/request_objecthelper_*.go), also where the two kinds differ there.
 *
 * @module
 */
import { EVENT_ACTION, EVENT_REASON, REQUEST_REASON } from '../api/reasons.ts'
import { normal, type RequestVerdict, waiting, warning } from './verdict.ts'

/** Verdicts of an attempt to sign. */
export interface RequestWords {
  readonly issued: RequestVerdict
  readonly failed: (cause: string) => RequestVerdict
  readonly retried: (cause: string) => RequestVerdict
  readonly inProgress: (cause: string) => RequestVerdict
}

const issued = (kind: string): RequestVerdict => ({
  status: 'True',
  reason: REQUEST_REASON.issued,
  message: `Succeeded signing the ${kind}`,
  event: normal(EVENT_REASON.issued),
})

const failed = (message: string): RequestVerdict => ({
  status: 'False',
  reason: REQUEST_REASON.failed,
  message,
  event: warning(EVENT_REASON.permanentError),
})

const retried = (kind: string, cause: string): RequestVerdict =>
  waiting(`Failed to sign ${kind}, will retry: ${cause}`, warning(EVENT_REASON.retryableError))

const inProgress = (cause: string): string => `Signing still in progress. Reason: ${cause}`

export const CERTIFICATE_REQUEST_WORDS: RequestWords = {
  issued: issued('CertificateRequest'),
  failed: (cause) => failed(`Failed permanently to sign CertificateRequest: ${cause}`),
  retried: (cause) => retried('CertificateRequest', cause),
  inProgress: (cause) => waiting(inProgress(cause), normal(EVENT_REASON.pending)),
}

export const SIGNING_REQUEST_WORDS: RequestWords = {
  issued: issued('CertificateSigningRequest'),
  failed: (cause) => failed(`CertificateSigningRequest has failed permanently: ${cause}`),
  retried: (cause) => retried('CertificateSigningRequest', cause),
  inProgress: (cause) =>
    waiting(inProgress(cause), {
      type: 'Warning',
      reason: EVENT_REASON.pending,
      action: EVENT_ACTION.synced,
    }),
}
