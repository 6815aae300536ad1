/**
 * How the cluster stands, as far as it was read. A follower reads what the leader reads.
 *
 * @module
 */
import type { Issuer } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import { isOpenRequest } from '../core/open-request.ts'
import { type RequestPhase, requestPhase } from '../core/request-phase.ts'
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  type RequestKind,
} from '../requests/request-adapter.ts'
import type { Store } from '../watch/store.ts'
import type { Observed, Reading } from './caches.ts'

/** The requests of one kind that name an issuer of ours. */
export interface RequestsState {
  /** `CertificateRequest`. */
  readonly kind: string
  readonly phases: readonly RequestPhase[]
}

/** Looked at anew with each call. */
export interface ClusterState {
  readonly issuers: () => readonly Issuer[]
  /** Without the kinds that were not read yet, or are not to be read: that there are none would be a guess. */
  readonly requests: () => readonly RequestsState[]
  /** Objects that are not kept in memory for want of room, by collection. */
  readonly omitted: () => readonly { readonly resource: string; readonly objects: number }[]
}

/** @param readings - What fills the stores. */
export function clusterState(
  { issuers, requests, signingRequests }: Observed,
  readings: readonly Pick<Reading, 'hasSynced' | 'name' | 'omitted'>[],
): ClusterState {
  const stateOf = <R extends AnyRequest>(
    kind: RequestKind<R>,
    store: Store<R>,
  ): readonly RequestsState[] => {
    const { resource } = kind
    const hasRead = readings.some(({ name, hasSynced }) => name === resource.plural && hasSynced)
    if (!hasRead) return []
    const phases = store.values().map((request) => phaseOf(kind, request))
    return [{ kind: resource.kind, phases }]
  }
  return {
    issuers: () => issuers.Issuer.values().concat(issuers.ClusterIssuer.values()),
    omitted: () => readings.map(({ name, omitted }) => ({ resource: name, objects: omitted })),
    requests: () =>
      stateOf(CERTIFICATE_REQUESTS, requests).concat(
        stateOf(CERTIFICATE_SIGNING_REQUESTS, signingRequests),
      ),
  }
}

/** A decision that throws must not take all metrics away. */
function phaseOf<R extends AnyRequest>({ decide }: RequestKind<R>, request: R): RequestPhase {
  try {
    return requestPhase(decide(request, undefined))
  } catch {
    return isOpenRequest(request) ? 'pending' : 'done'
  }
}
