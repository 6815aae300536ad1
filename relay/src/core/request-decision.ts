/**
 * What can be decided about a request of either kind.
 *
 * @module
 */
import type { Issuer } from '../api/issuer.ts'
import type { RequestUpdate } from './status-messages.ts'

/**
 * `ignore` writes nothing; `notify` writes nothing either, and emits an Event once; `report` writes an update
 * without asking the worker; `sign` asks it.
 */
export type RequestDecision =
  | { readonly kind: 'ignore'; readonly why: IgnoreReason }
  | { readonly kind: 'notify'; readonly why: NotifyReason; readonly update: RequestUpdate }
  | { readonly kind: 'report'; readonly update: RequestUpdate }
  | { readonly kind: 'sign'; readonly issuer: Issuer }

/** Why a request is left alone, for the debug log. */
export type IgnoreReason =
  | 'deleting'
  | 'denied'
  | 'finished'
  | 'foreign'
  | 'invalid'
  | 'not approved'
  /** Not approved either. A signer name of ours that names a namespaced issuer. */
  | 'signer is not cluster-scoped'

/** Why nothing will come of a request as it is, though it names this group. */
export type NotifyReason = 'signer is not cluster-scoped' | 'unknown issuer kind'

export const ignore = (why: IgnoreReason): RequestDecision => ({ kind: 'ignore', why })
export const report = (update: RequestUpdate): RequestDecision => ({ kind: 'report', update })
export const notify = (why: NotifyReason, update: RequestUpdate): RequestDecision => ({
  kind: 'notify',
  why,
  update,
})
