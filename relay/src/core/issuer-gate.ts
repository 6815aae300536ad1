/**
 * The last thing a request must pass: an issuer that is there, and Ready for its current spec.
 *
 * @module
 */
import { findCondition } from '../api/condition.ts'
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY } from '../api/reasons.ts'
import type { OurIssuerRef } from './issuer-ref.ts'
import { report, type RequestDecision } from './request-decision.ts'
import { issuerMissing, issuerNotReady } from './status-messages.ts'

/**
 * @param issuer - The issuer that `ref` names, as last seen; absent when there is none.
 * @returns To sign, or to report what is waited for.
 */
export function gateByIssuer(ref: OurIssuerRef, issuer: Issuer | undefined): RequestDecision {
  if (issuer === undefined) {
    const { plural, group } = ref.kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
    return report(issuerMissing(`${plural}.${group} "${ref.name}"`))
  }
  const blocked = whatBlocks(issuer)
  return blocked === undefined ? { kind: 'sign', issuer } : report(issuerNotReady(blocked))
}

/** What stands in the way of signing under `issuer`; nothing when it is Ready for its current spec. */
function whatBlocks({ metadata, status }: Issuer): string | undefined {
  const ready = findCondition(status.conditions, READY)
  if (ready === undefined) return 'is missing'
  if (ready.observedGeneration < metadata.generation) return 'is outdated'
  return ready.status === 'True' ? undefined : `is "${ready.reason}": "${ready.message}"`
}
