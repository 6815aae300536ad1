/**
 * Metrics of the state of the cluster, read at each scrape. Every replica reads the same objects, so take the
 * maximum over replicas, not the sum. Numbers of requests are missing until all requests were read, since a zero
 * would say that none is pending. A replica without a connection exports what it saw last. Only the leader
 * exports metrics of controllers.
 *
 * @module
 */
import { Counter, type Registry } from 'prom-client'
import { isConditionTrue } from '../api/condition.ts'
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY } from '../api/reasons.ts'
import type { RequestPhase } from '../core/request-phase.ts'
import { issuersWithSeries } from './issuer-series.ts'
import { liveGauge } from './live-gauge.ts'
import { METRIC_PREFIX } from './prefix.ts'

/** The requests of one kind that name an issuer of ours. */
export interface RequestsState {
  /** `CertificateRequest`. */
  readonly kind: string
  readonly phases: readonly RequestPhase[]
}

/** The state of the cluster, read with each call. */
export interface ClusterState {
  readonly issuers: () => readonly Issuer[]
  /** Without kinds that were not read yet or are not watched: their number is not known to be 0. */
  readonly requests: () => readonly RequestsState[]
  /** Objects that are not kept because memory is limited, by collection. */
  readonly omitted: () => readonly { readonly resource: string; readonly objects: number }[]
}

/** The state of the cluster and of this process. */
export interface RelayState extends ClusterState {
  readonly droppedEvents: () => number
  /** The Lease by which replicas agree, and whether this one leads. Without one it always does. */
  readonly leaseName: string
  readonly isLeading: () => boolean
}

/** Only of {@link issuersWithSeries}. */
const ISSUER_LABELS = ['kind', 'namespace', 'name'] as const

const ISSUER_KINDS = [ISSUER.kind, CLUSTER_ISSUER.kind] as const

const isReady = ({ status }: Issuer): boolean => isConditionTrue(status.conditions, READY)

/** Registers everything at `registry`. */
export function stateMetrics(registry: Registry, state: RelayState): void {
  const { issuers, requests, omitted, droppedEvents, leaseName, isLeading } = state
  const requestsIn = (phase: RequestPhase) => () =>
    requests().map(({ kind, phases }) => ({
      labels: { kind },
      value: phases.filter((one) => one === phase).length,
    }))
  const ofIssuers = (value: (issuer: Issuer) => number | undefined) => () =>
    issuersWithSeries(issuers()).flatMap((issuer) => {
      const { kind, metadata } = issuer
      const read = value(issuer)
      const labels = { kind, namespace: metadata.namespace, name: metadata.name }
      return read === undefined ? [] : [{ labels, value: read }]
    })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_requests_pending`,
    help: 'Approved requests that are not finished',
    labelNames: ['kind'],
    read: requestsIn('pending'),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_requests_waiting_for_approval`,
    help: 'Requests that wait for an approval or a denial',
    labelNames: ['kind'],
    read: requestsIn('waiting for approval'),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_issuers`,
    help: 'Number of issuers by their Ready condition',
    labelNames: ['kind', 'ready'],
    read: () =>
      ISSUER_KINDS.flatMap((kind) => {
        const all = issuers().filter((issuer) => issuer.kind === kind)
        const ready = all.filter(isReady).length
        return [
          { labels: { kind, ready: 'true' }, value: ready },
          { labels: { kind, ready: 'false' }, value: all.length - ready },
        ]
      }),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_issuer_ready`,
    help: 'Whether an issuer is Ready; for at most 1000 issuers, and 100 of each namespace',
    labelNames: ISSUER_LABELS,
    read: ofIssuers((issuer) => (isReady(issuer) ? 1 : 0)),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_ca_not_after_timestamp_seconds`,
    help: 'When the CA of an issuer expires, in seconds since 1970; for the same issuers as edge_issuer_issuer_ready',
    labelNames: ISSUER_LABELS,
    read: ofIssuers(({ status: { ca } }) =>
      ca === undefined ? undefined : Date.parse(ca.notAfter) / 1_000,
    ),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_objects_omitted`,
    help: 'Number of objects that the relay ignores because its memory is limited',
    labelNames: ['resource'],
    read: () =>
      omitted().map(({ resource, objects }) => ({ labels: { resource }, value: objects })),
  })
  liveGauge(registry, {
    name: 'leader_election_master_status',
    help: 'Whether this process is the leader',
    labelNames: ['name'],
    read: () => [{ labels: { name: leaseName }, value: isLeading() ? 1 : 0 }],
  })
  const dropped: Counter = new Counter({
    registers: [registry],
    name: `${METRIC_PREFIX}_events_dropped_total`,
    help: 'Total number of Events that could not be written',
    collect: () => {
      dropped.reset()
      dropped.inc(droppedEvents())
    },
  })
}
