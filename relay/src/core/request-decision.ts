/**
 * What can be decided about a request of either kind.
 *
 * @module
 */
import type { Issuer } from '../api/issuer.ts'
import type { RequestVerdict } from './verdict.ts'

/** `ignore` writes nothing; `report` writes a verdict and asks nobody; `sign` asks the worker. */
export type RequestDecision =
  | { readonly kind: 'ignore'; readonly why: IgnoreReason }
  | { readonly kind: 'report'; readonly verdict: RequestVerdict }
  | { readonly kind: 'sign'; readonly issuer: Issuer }

/** Why a request is left alone, for the debug log. */
export type IgnoreReason =
  | 'deleting'
  | 'denied'
  | 'finished'
  | 'foreign'
  | 'invalid'
  | 'not approved'
  /** A signer name of ours that names a namespaced issuer. */
  | 'signer is not cluster-scoped'

export const ignore = (why: IgnoreReason): RequestDecision => ({ kind: 'ignore', why })
export const report = (verdict: RequestVerdict): RequestDecision => ({ kind: 'report', verdict })
