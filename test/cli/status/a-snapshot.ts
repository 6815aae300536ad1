/** What `status` may find in a cluster: nothing is there until a test puts it in. */
import type { ApiError } from '@edge-issuer/relay/cluster'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { RelayEvent } from '../../../cli/src/status/last-events.ts'
import type { Listing, StatusScope, ClusterSnapshot } from '../../../cli/src/status/read-cluster.ts'
import type { StatusReport } from '../../../cli/src/status/report.ts'
import { summarize } from '../../../cli/src/status/summarize.ts'
import type { Lease } from '../../../relay/src/kube/ports.ts'
import { CREATED_MS } from '../../support/kube-objects.ts'

export const SCOPE: StatusScope = {
  namespace: undefined,
  relayNamespace: 'edge-issuer',
  leaseName: 'edge-issuer-relay',
}

/** Ten minutes after the objects were created. */
export const NOW_MS = CREATED_MS + 600_000

export const listed = <T>(...objects: readonly T[]): Result<Listing<T>, ApiError> =>
  ok({ objects, errors: [] })

export const refused = (message: string): Result<never, ApiError> =>
  err({ kind: 'forbidden', status: 403, message })

/** Renewed two seconds before {@link NOW_MS}. */
export const aLease = (spec: Partial<Lease['spec']> = {}): Result<Lease, ApiError> =>
  ok({
    resourceVersion: '1',
    spec: {
      holderIdentity: 'edge-issuer-relay-7d9f_b7f1c9a0',
      leaseDurationSeconds: 15,
      renewTime: '2026-01-01T00:09:58.000000Z',
      leaseTransitions: 0,
      ...spec,
    },
  })

/** Of the relay that leads, at 00:05. */
export const anEvent = (uid: string, reason: string, message: string): RelayEvent => ({
  involvedObject: { uid },
  reason,
  message,
  reportingComponent: 'edge-issuer.dev/relay',
  reportingInstance: 'edge-issuer-relay-7d9f',
  eventTime: '2026-01-01T00:05:00.000000Z',
})

export const aSnapshot = (snapshot: Partial<ClusterSnapshot> = {}): ClusterSnapshot => ({
  issuers: listed(),
  clusterIssuers: listed(),
  requests: listed(),
  signingRequests: listed(),
  events: listed(),
  lease: aLease(),
  pod: ok({
    metadata: { labels: { 'app.kubernetes.io/version': '1.2.3' } },
    spec: { containers: [{ image: 'registry.example:5000/edge-issuer/relay:1.2.3' }] },
  }),
  ...snapshot,
})

/** The status report of a snapshot at {@link NOW_MS}. */
export const summaryOf = (snapshot: ClusterSnapshot): StatusReport =>
  summarize(snapshot, SCOPE, NOW_MS)
