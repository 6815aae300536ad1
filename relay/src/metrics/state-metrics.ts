/**
 * How things stand, read when somebody asks. Every replica sees the whole cluster and tells the same of
 * it: take the maximum over replicas, not the sum.
 *
 * @module
 */
import { Counter, type Registry } from 'prom-client'
import type { CertificateRequest } from '../api/certificate-request.ts'
import { findCondition } from '../api/condition.ts'
import type { Issuer } from '../api/issuer.ts'
import { READY } from '../api/reasons.ts'
import { requestPhase } from '../core/request-phase.ts'
import { liveGauge } from './live-gauge.ts'
import { METRIC_PREFIX } from './prefix.ts'

/** What is looked at. */
export interface RelayState {
  readonly issuers: () => readonly Issuer[]
  readonly requests: () => readonly CertificateRequest[]
  readonly droppedEvents: () => number
  /** The Lease by which replicas agree, and whether this one leads. Without one it always does. */
  readonly leaseName: string
  readonly isLeading: () => boolean
}

/** Few enough to be labels: who may create an issuer may also delete it. */
const ISSUER_LABELS = ['kind', 'namespace', 'name'] as const

/** Registers everything at `registry`. */
export function stateMetrics(registry: Registry, state: RelayState): void {
  const { issuers, requests, droppedEvents, leaseName, isLeading } = state
  const requestsIn = (phase: ReturnType<typeof requestPhase>) => () => [
    { labels: {}, value: requests().filter((request) => requestPhase(request) === phase).length },
  ]
  const ofIssuers = (value: (issuer: Issuer) => number | undefined) => () =>
    issuers().flatMap((issuer) => {
      const { kind, metadata } = issuer
      const read = value(issuer)
      const labels = { kind, namespace: metadata.namespace, name: metadata.name }
      return read === undefined ? [] : [{ labels, value: read }]
    })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_requests_pending`,
    help: 'Approved requests that are not finished',
    labelNames: [],
    read: requestsIn('pending'),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_requests_waiting_for_approval`,
    help: 'Requests that nobody has approved or denied',
    labelNames: [],
    read: requestsIn('waiting for approval'),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_issuer_ready`,
    help: 'Whether an issuer is Ready',
    labelNames: ISSUER_LABELS,
    read: ofIssuers(({ status }) =>
      findCondition(status.conditions, READY)?.status === 'True' ? 1 : 0,
    ),
  })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_ca_not_after_timestamp_seconds`,
    help: 'When the CA of an issuer ends, in seconds since 1970',
    labelNames: ISSUER_LABELS,
    read: ofIssuers(({ status: { ca } }) =>
      ca === undefined ? undefined : Date.parse(ca.notAfter) / 1_000,
    ),
  })
  liveGauge(registry, {
    name: 'leader_election_master_status',
    help: 'Whether this process leads',
    labelNames: ['name'],
    read: () => [{ labels: { name: leaseName }, value: isLeading() ? 1 : 0 }],
  })
  const dropped: Counter = new Counter({
    registers: [registry],
    name: `${METRIC_PREFIX}_events_dropped_total`,
    help: 'Events that could not be written',
    collect: () => {
      dropped.reset()
      dropped.inc(droppedEvents())
    },
  })
}
