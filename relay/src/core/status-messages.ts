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
export const warning = (reason: EventReason): EventNote => ({
  type: 'Warning',
  reason,
  action: EVENT_ACTION.syncFailed,
})

export const waiting = (message: string, event: EventNote): RequestUpdate => ({
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
  waiting(
    `${resource} not found. Waiting for it to be created.`,
    normal(EVENT_REASON.waitingForIssuerExist),
  )

/** @param found - What stands where a current `Ready=True` was wanted. */
export const issuerNotReady = (found: string): RequestUpdate =>
  waiting(
    `Waiting for issuer to become ready. Current issuer ready condition ${found}.`,
    normal(EVENT_REASON.waitingForIssuerReady),
  )

/** @param kind - `issuerRef.kind`: may be any text. */
export const issuerKindUnknown = (kind: string): RequestUpdate =>
  waiting(
    `issuerRef.kind ${JSON.stringify(kind.slice(0, MAX_KIND_CHARACTERS))} is not a kind of edge-issuer.dev; expected Issuer or ClusterIssuer. Correct issuerRef in the Certificate, or create a new CertificateRequest.`,
    warning(EVENT_REASON.unknownIssuerKind),
  )

/** Longest kind that the API server knows (RFC 1123 label); a longer text is cut. */
const MAX_KIND_CHARACTERS = 63

export const signerUnsupported = (): RequestUpdate =>
  waiting(
    'Signers "issuers.edge-issuer.dev/…" do not sign CertificateSigningRequests, which have no namespace; expected "clusterissuers.edge-issuer.dev/NAME". Create a new CertificateSigningRequest for a ClusterIssuer.',
    warning(EVENT_REASON.unsupportedSigner),
  )

export const issuerChecked = (): IssuerUpdate => ({
  status: 'True',
  reason: ISSUER_REASON.checked,
  message: 'Succeeded checking the issuer',
  event: normal(EVENT_REASON.checked),
})

/** Ready, for now. @param found - Goes on after "but". */
export const issuerExpiring = (found: string): IssuerUpdate => ({
  ...issuerChecked(),
  message: `Succeeded checking the issuer, but ${found}`,
  event: { ...normal(EVENT_REASON.caExpiring), type: 'Warning' },
})

/** The cause of an update after an exception that no code expects; the details are for the log alone. */
export const UNEXPECTED_ERROR = 'unexpected error in the relay; its log has the stack'

/** What a Secret, the network or the worker's operator can mend. */
export const issuerPending = (cause: string): IssuerUpdate => ({
  status: 'False',
  reason: ISSUER_REASON.pending,
  message: `Not ready yet: ${cause}`,
  event: warning(EVENT_REASON.retryableError),
})

/** What only an edit of the spec can mend. */
export const issuerFailed = (cause: string): IssuerUpdate => ({
  status: 'False',
  reason: ISSUER_REASON.failed,
  message: `Failed permanently: ${cause}`,
  event: warning(EVENT_REASON.permanentError),
})

/** Whether nothing more will be done for a request with this update. */
export const isTerminalFailure = ({ reason }: RequestUpdate): boolean =>
  reason === REQUEST_REASON.failed || reason === REQUEST_REASON.denied
