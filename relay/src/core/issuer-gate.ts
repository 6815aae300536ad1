/**
 * The last check of a request: its issuer exists, and is Ready for its current spec.
 *
 * @module
 */
import { findCondition } from '../api/condition.ts'
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY } from '../api/reasons.ts'
import type { OurIssuerRef } from './issuer-ref.ts'
import { report, type RequestDecision } from './request-decision.ts'
import {
  issuerMissing,
  issuerNotChecked,
  issuerNotReady,
  issuerOutdated,
} from './status-messages.ts'

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
