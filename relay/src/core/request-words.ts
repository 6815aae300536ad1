/**
 * What each kind of request is told about its signing. Texts and reasons follow issuer-lib
 * (controllers/request_objecthelper_*.go), also where the two kinds differ there. So do types of Event,
 * but that a request which is still worked on is Normal for both kinds: issuer-lib warns for one of them.
 *
 * @module
 */
import { EVENT_REASON, REQUEST_REASON } from '../api/reasons.ts'
import { normal, type RequestVerdict, waiting, warning } from './status-messages.ts'

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

const inProgress = (cause: string): RequestVerdict =>
  waiting(`Signing still in progress. Reason: ${cause}`, normal(EVENT_REASON.pending))

export const CERTIFICATE_REQUEST_WORDS: RequestWords = {
  issued: issued('CertificateRequest'),
  failed: (cause) => failed(`Failed permanently to sign CertificateRequest: ${cause}`),
  retried: (cause) => retried('CertificateRequest', cause),
  inProgress,
}

export const SIGNING_REQUEST_WORDS: RequestWords = {
  issued: issued('CertificateSigningRequest'),
  failed: (cause) => failed(`CertificateSigningRequest has failed permanently: ${cause}`),
  retried: (cause) => retried('CertificateSigningRequest', cause),
  inProgress,
}
