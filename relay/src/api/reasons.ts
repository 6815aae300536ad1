/**
 * Condition types, reasons, event reasons and actions: they are API, users script against them.
 *
 * @module
 */

/** The condition of requests and issuers. */
export const READY = 'Ready'

/** cert-manager's own condition types on a CertificateRequest (pkg/apis/certmanager/v1). */
export const REQUEST_CONDITION = {
  approved: 'Approved',
  denied: 'Denied',
  invalidRequest: 'InvalidRequest',
} as const

/** Kubernetes' own condition types on a CertificateSigningRequest (certificates.k8s.io/v1). */
export const SIGNING_REQUEST_CONDITION = {
  approved: 'Approved',
  denied: 'Denied',
  failed: 'Failed',
} as const

/** cert-manager's reasons of a request's Ready condition; it compares these very strings. */
export const REQUEST_REASON = {
  pending: 'Pending',
  issued: 'Issued',
  failed: 'Failed',
  denied: 'Denied',
} as const

/** Reasons of an issuer's Ready condition, as issuer-lib names them (api/v1alpha1). */
export const ISSUER_REASON = {
  checked: 'Checked',
  pending: 'Pending',
  failed: 'Failed',
} as const

/** Event reasons, as issuer-lib names them (controllers/request_objecthelper.go). */
export const EVENT_REASON = {
  issued: 'Issued',
  pending: 'Pending',
  retryableError: 'RetryableError',
  permanentError: 'PermanentError',
  waitingForApproval: 'WaitingForApproval',
  waitingForIssuerExist: 'WaitingForIssuerExist',
  waitingForIssuerReady: 'WaitingForIssuerReady',
  unknownIssuerKind: 'UnknownIssuerKind',
  statusNotWritten: 'StatusNotWritten',
  unsupportedSigner: 'UnsupportedSigner',
  checked: 'Checked',
  caExpiring: 'CAExpiring',
  trustedRootsChanged: 'TrustedRootsChanged',
} as const

/** Event actions. */
export const EVENT_ACTION = { synced: 'Synced', syncFailed: 'SyncFailed' } as const

export type RequestReason = (typeof REQUEST_REASON)[keyof typeof REQUEST_REASON]
export type IssuerReason = (typeof ISSUER_REASON)[keyof typeof ISSUER_REASON]
export type EventReason = (typeof EVENT_REASON)[keyof typeof EVENT_REASON]
export type EventAction = (typeof EVENT_ACTION)[keyof typeof EVENT_ACTION]
