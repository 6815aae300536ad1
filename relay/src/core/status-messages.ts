/**
 * What a pass found, before it is written: the Ready condition to be, and the Event that goes with
 * it. Texts follow issuer-lib, which operators already search for.
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
export interface Verdict<Reason extends string> {
  readonly status: 'True' | 'False'
  readonly reason: Reason
  readonly message: string
  readonly event: EventNote
}

export type RequestVerdict = Verdict<RequestReason>
export type IssuerVerdict = Verdict<IssuerReason>

export const normal = (reason: EventReason): EventNote => ({
  type: 'Normal',
  reason,
  action: EVENT_ACTION.synced,
})
export const warning = (reason: EventReason): EventNote => ({
  type: 'Warning',
  reason,
  action: EVENT_ACTION.syncFailed,
})

export const waiting = (message: string, event: EventNote): RequestVerdict => ({
  status: 'False',
  reason: REQUEST_REASON.pending,
  message,
  event,
})

export const requestDenied = (): RequestVerdict => ({
  status: 'False',
  reason: REQUEST_REASON.denied,
  message: 'Detected that the CertificateRequest is denied, so it will never be Ready.',
  event: warning(EVENT_REASON.permanentError),
})

/** @param resource - As kubectl names it: `issuers.edge-issuer.dev "ca"`. */
export const issuerMissing = (resource: string): RequestVerdict =>
  waiting(
    `${resource} not found. Waiting for it to be created.`,
    normal(EVENT_REASON.waitingForIssuerExist),
  )

/** @param found - What stands where a current `Ready=True` was wanted. */
export const issuerNotReady = (found: string): RequestVerdict =>
  waiting(
    `Waiting for issuer to become ready. Current issuer ready condition ${found}.`,
    normal(EVENT_REASON.waitingForIssuerReady),
  )

/** @param kind - `issuerRef.kind`: may be any text. */
export const issuerKindUnknown = (kind: string): RequestVerdict =>
  waiting(
    `issuerRef.kind ${JSON.stringify(kind.slice(0, MAX_KIND_CHARACTERS))} is not a kind of edge-issuer.dev; expected Issuer or ClusterIssuer. Correct issuerRef in the Certificate, or create a new CertificateRequest.`,
    warning(EVENT_REASON.unknownIssuerKind),
  )

/** Longest kind that the API server knows (RFC 1123 label); a longer text is cut. */
const MAX_KIND_CHARACTERS = 63

export const signerUnsupported = (): RequestVerdict =>
  waiting(
    'Signers "issuers.edge-issuer.dev/…" do not sign CertificateSigningRequests, which have no namespace; expected "clusterissuers.edge-issuer.dev/NAME". Create a new CertificateSigningRequest for a ClusterIssuer.',
    warning(EVENT_REASON.unsupportedSigner),
  )

export const issuerChecked = (): IssuerVerdict => ({
  status: 'True',
  reason: ISSUER_REASON.checked,
  message: 'Succeeded checking the issuer',
  event: normal(EVENT_REASON.checked),
})

/** Ready, for now. @param found - Goes on after "but". */
export const issuerExpiring = (found: string): IssuerVerdict => ({
  ...issuerChecked(),
  message: `Succeeded checking the issuer, but ${found}`,
  event: { ...normal(EVENT_REASON.caExpiring), type: 'Warning' },
})

/** The cause of a verdict after an exception that no code expects; the details are for the log alone. */
export const UNEXPECTED_ERROR = 'unexpected error in the relay; its log has the stack'

/** What a Secret, the network or the worker's operator can mend. */
export const issuerPending = (cause: string): IssuerVerdict => ({
  status: 'False',
  reason: ISSUER_REASON.pending,
  message: `Not ready yet: ${cause}`,
  event: warning(EVENT_REASON.retryableError),
})

/** What only an edit of the spec can mend. */
export const issuerFailed = (cause: string): IssuerVerdict => ({
  status: 'False',
  reason: ISSUER_REASON.failed,
  message: `Failed permanently: ${cause}`,
  event: warning(EVENT_REASON.permanentError),
})

/** Whether nothing more will be done for a request with this verdict. */
export const isTerminalFailure = ({ reason }: RequestVerdict): boolean =>
  reason === REQUEST_REASON.failed || reason === REQUEST_REASON.denied
