/**
 * The state of the cluster for metrics, as far as it was read. Every replica reads the same.
 *
 * @module
 */
import type { AnyRequest } from '../api/request.ts'
import { isOpenRequest } from '../core/open-request.ts'
import { type RequestPhase, requestPhase } from '../core/request-phase.ts'
import type { ClusterState, RequestsState } from '../metrics/state-metrics.ts'
import { CERTIFICATE_REQUESTS } from '../requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../requests/certificate-signing-request.ts'
import type { RequestAdapter } from '../requests/request-adapter.ts'
import type { Store } from '../watch/store.ts'
import type { Caches, Informer } from './caches.ts'

/** @param informers - What fills the stores. */
export function clusterState(
  { issuers, requests, signingRequests }: Caches,
  informers: readonly Pick<Informer, 'hasSynced' | 'name' | 'omitted'>[],
): ClusterState {
  const stateOf = <R extends AnyRequest>(
    kind: RequestAdapter<R>,
    store: Store<R>,
  ): readonly RequestsState[] => {
    const { resource } = kind
    const hasRead = informers.some(({ name, hasSynced }) => name === resource.plural && hasSynced)
    if (!hasRead) return []
    const phases = store.values().map((request) => phaseOf(kind, request))
    return [{ kind: resource.kind, phases }]
  }
  return {
    issuers: () => issuers.Issuer.values().concat(issuers.ClusterIssuer.values()),
    omitted: () => informers.map(({ name, omitted }) => ({ resource: name, objects: omitted })),
    requests: () =>
      stateOf(CERTIFICATE_REQUESTS, requests).concat(
        stateOf(CERTIFICATE_SIGNING_REQUESTS, signingRequests),
      ),
  }
}

/** A decision that throws must not take all metrics away. */
function phaseOf<R extends AnyRequest>(adapter: RequestAdapter<R>, request: R): RequestPhase {
  try {
    return requestPhase(adapter.decide(request, undefined))
  } catch {
    return isOpenRequest(request) ? 'pending' : 'done'
  }
}
