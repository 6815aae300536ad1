/**
 * The decisions about a request of any kind, and the last check that all kinds share: its issuer exists, and is
 * Ready for its current spec.
 *
 * @module
 */
import { findCondition } from '../api/condition.ts'
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY } from '../api/reasons.ts'
import type { OurIssuerRef } from './issuer-ref.ts'
import {
  issuerMissing,
  issuerNotChecked,
  issuerNotReady,
  issuerOutdated,
  type RequestUpdate,
} from './status-messages.ts'

/**
 * `ignore`: write nothing. `notify`: write nothing, and emit an Event once. `report`: write a condition without
 * calling the worker. `sign`: call the worker.
 */
export type RequestDecision =
  | { readonly kind: 'ignore'; readonly why: IgnoreReason }
  | { readonly kind: 'notify'; readonly why: NotifyReason; readonly update: RequestUpdate }
  | { readonly kind: 'report'; readonly update: RequestUpdate }
  | { readonly kind: 'sign'; readonly issuer: Issuer }

/** Why a request is ignored, for the debug log. */
export type IgnoreReason =
  | 'deleting'
  | 'denied'
  | 'finished'
  | 'foreign'
  | 'invalid'
  | 'not approved'
  /** A signer name of ours that names a namespaced issuer; the request is not approved either. */
  | 'signer is not cluster-scoped'

/** Why a request that names our group can never be signed. */
export type NotifyReason = 'signer is not cluster-scoped' | 'unknown issuer kind'

export const ignore = (why: IgnoreReason): RequestDecision => ({ kind: 'ignore', why })
export const report = (update: RequestUpdate): RequestDecision => ({ kind: 'report', update })
export const notify = (why: NotifyReason, update: RequestUpdate): RequestDecision => ({
  kind: 'notify',
  why,
  update,
})

/**
 * @param issuer - The issuer that `ref` names, as last seen; absent when there is none.
 * @returns `sign`, or a report of what the request waits for.
 */
export function gateByIssuer(ref: OurIssuerRef, issuer: Issuer | undefined): RequestDecision {
  if (issuer === undefined) {
    const { plural, group } = ref.kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
    return report(issuerMissing(`${plural}.${group} "${ref.name}"`))
  }
  const ready = findCondition(issuer.status.conditions, READY)
  if (ready === undefined) return report(issuerNotChecked())
  if (ready.observedGeneration < issuer.metadata.generation) return report(issuerOutdated())
  if (ready.status === 'True') return { kind: 'sign', issuer }
  return report(issuerNotReady(ready.reason, ready.message))
}
