/**
 * The conditions and Events of requests and issuers: each message is here once and whole, or in the
 * adapter of a kind of request. Texts follow issuer-lib, which operators already search for.
 *
 * @module
 */
import {
  EVENT_ACTION,
  EVENT_REASON,
  type EventAction,
  type EventReason,
  ISSUER_REASON,
  type IssuerReason,
  REQUEST_REASON,
  type RequestReason,
} from '../api/reasons.ts'

/** An Event without its object and its time. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning'
  readonly reason: EventReason
  readonly action: EventAction
  /** What the Event says; the condition's message when absent. */
  readonly note?: string
}

/** The Ready condition of an object, and its Event. */
export interface ConditionUpdate<Reason extends string> {
  readonly status: 'True' | 'False'
  readonly reason: Reason
  readonly message: string
  readonly event: EventNote
}

export type RequestUpdate = ConditionUpdate<RequestReason>
export type IssuerUpdate = ConditionUpdate<IssuerReason>

export const normal = (reason: EventReason): EventNote => ({
  type: 'Normal',
  reason,
  action: EVENT_ACTION.synced,
})
const warning = (reason: EventReason): EventNote => ({
  type: 'Warning',
  reason,
  action: EVENT_ACTION.syncFailed,
})

const requestPending = (message: string, event: EventNote): RequestUpdate => ({
  status: 'False',
  reason: REQUEST_REASON.pending,
  message,
  event,
})

export const requestDenied = (): RequestUpdate => ({
  status: 'False',
  reason: REQUEST_REASON.denied,
  message: 'Detected that the CertificateRequest is denied, so it will never be Ready.',
  event: warning(EVENT_REASON.permanentError),
})

/** @param resource - As kubectl names it: `issuers.edge-issuer.dev "ca"`. */
export const issuerMissing = (resource: string): RequestUpdate =>
  requestPending(
    `${resource} not found. Waiting for it to be created.`,
    normal(EVENT_REASON.waitingForIssuerExist),
  )

const waitingForIssuer = (message: string): RequestUpdate =>
  requestPending(message, normal(EVENT_REASON.waitingForIssuerReady))

/** The issuer was not checked yet. */
export const issuerNotChecked = (): RequestUpdate =>
  waitingForIssuer('Waiting for issuer to become ready. Current issuer ready condition is missing.')

/** The issuer's condition is about an older generation of its spec. */
export const issuerOutdated = (): RequestUpdate =>
  waitingForIssuer(
    'Waiting for issuer to become ready. Current issuer ready condition is outdated.',
  )

/** The issuer's condition is not True. */
export const issuerNotReady = (reason: string, message: string): RequestUpdate =>
  waitingForIssuer(
    `Waiting for issuer to become ready. Current issuer ready condition is "${reason}": "${message}".`,
  )

/** The issuer is Ready, but signing has shown that it must be checked again. */
export const issuerRefused = (error: string): RequestUpdate =>
  waitingForIssuer(
    `Waiting for issuer to become ready. Current issuer ready condition is outdated: ${error}.`,
  )

/** Status messages of one kind of request. */
export interface RequestMessages {
  issued(): RequestUpdate
  /** Final. @param cause - Any text. */
  failed(cause: string): RequestUpdate
  retried(cause: string): RequestUpdate
  inProgress(cause: string): RequestUpdate
}

export const requestIssued = (message: string): RequestUpdate => ({
  status: 'True',
  reason: REQUEST_REASON.issued,
  message,
  event: normal(EVENT_REASON.issued),
})

export const requestFailed = (message: string): RequestUpdate => ({
  status: 'False',
  reason: REQUEST_REASON.failed,
  message,
  event: warning(EVENT_REASON.permanentError),
})

export const requestRetried = (message: string): RequestUpdate =>
  requestPending(message, warning(EVENT_REASON.retryableError))

/** The Event is Normal for both kinds of request; issuer-lib emits a warning for one of them. */
export const requestInProgress = (cause: string): RequestUpdate =>
  requestPending(`Signing still in progress. Reason: ${cause}`, normal(EVENT_REASON.pending))

/** @param kind - `issuerRef.kind`: may be any text. */
export const issuerKindUnknown = (kind: string): RequestUpdate =>
  requestPending(
    `issuerRef.kind ${JSON.stringify(kind.slice(0, MAX_KIND_CHARACTERS))} is not a kind of edge-issuer.dev; expected Issuer or ClusterIssuer. Correct issuerRef in the Certificate, or create a new CertificateRequest.`,
    warning(EVENT_REASON.unknownIssuerKind),
  )

/** Longest kind that the API server knows (RFC 1123 label); a longer text is cut. */
const MAX_KIND_CHARACTERS = 63

export const signerUnsupported = (): RequestUpdate =>
  requestPending(
    'Signers "issuers.edge-issuer.dev/…" do not sign CertificateSigningRequests, which have no namespace; expected "clusterissuers.edge-issuer.dev/NAME". Create a new CertificateSigningRequest for a ClusterIssuer.',
    warning(EVENT_REASON.unsupportedSigner),
  )

export const issuerChecked = (): IssuerUpdate => ({
  status: 'True',
  reason: ISSUER_REASON.checked,
  message: 'Succeeded checking the issuer',
  event: normal(EVENT_REASON.checked),
})

/** When the issuing CA expires, and since when that shortens certificates; times in RFC 3339. */
export interface CaExpiry {
  readonly ca: string
  readonly expiresAt: string
  /** A Go duration. */
  readonly lifetime: string
  readonly shortensFrom: string
}

/** Ready, with a warning. */
export const issuerExpiring = ({
  ca,
  expiresAt,
  lifetime,
  shortensFrom,
}: CaExpiry): IssuerUpdate => ({
  ...issuerChecked(),
  message: `Succeeded checking the issuer, but its CA ${ca} expires at ${expiresAt}: replace it in the worker's configuration; certificates with a duration of ${lifetime} are shortened from ${shortensFrom} on`,
  event: { ...normal(EVENT_REASON.caExpiring), type: 'Warning' },
})

/** The cause that users see after an exception that no code expects; the log has the details. */
export const UNEXPECTED_ERROR = 'unexpected error in the relay; see its log for the stack trace'

/** Recovers with a change of the Secret, the network or the worker; the relay retries. */
export const issuerPending = (cause: string): IssuerUpdate => ({
  status: 'False',
  reason: ISSUER_REASON.pending,
  message: `Not ready yet: ${cause}`,
  event: warning(EVENT_REASON.retryableError),
})

/** Only an edit of the spec helps. */
export const issuerFailed = (cause: string): IssuerUpdate => ({
  status: 'False',
  reason: ISSUER_REASON.failed,
  message: `Failed permanently: ${cause}`,
  event: warning(EVENT_REASON.permanentError),
})

/** Whether the relay will do nothing more for a request with this condition. */
export const isTerminalFailure = ({ reason }: RequestUpdate): boolean =>
  reason === REQUEST_REASON.failed || reason === REQUEST_REASON.denied
