/**
 * All metrics of the process, in the text format of Prometheus. Only this folder knows the library.
 *
 * @module
 */
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { IssuerKind } from '../api/issuer.ts'
import type { ControllerObserver, ControllerView } from '../reconcile/controller.ts'
import { VERSION } from '../version.ts'
import { controllerMetrics } from './controller-metrics.ts'
import { liveGauge } from './live-gauge.ts'
import { METRIC_PREFIX } from './prefix.ts'
import { type RelayMetrics, relayMetrics } from './relay-metrics.ts'
import { type RelayState, stateMetrics } from './state-metrics.ts'

/** All metrics of the relay. */
export interface Metrics extends RelayMetrics {
  readonly controller: (controller: ControllerView) => ControllerObserver
  /** Adds the number of open circuit breakers by the kind of their issuers, read at each scrape; called once. */
  readonly observeBreakers: (read: () => Readonly<Record<IssuerKind, number>>) => void
  /** Adds the metrics that are read at each scrape; called once. */
  readonly observe: (state: RelayState) => void
  /** The media type of {@link text}. */
  readonly contentType: string
  readonly text: () => Promise<string>
}

/** Registers everything, the process and Node included (`process_*`, `nodejs_*`). */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  liveGauge(registry, {
    name: `${METRIC_PREFIX}_build_info`,
    help: 'Always 1; the labels have the version',
    labelNames: ['version'],
    read: () => [{ labels: { version: VERSION }, value: 1 }],
  })
  return {
    ...relayMetrics(registry),
    controller: controllerMetrics(registry),
    observeBreakers: (read) =>
      liveGauge(registry, {
        name: `${METRIC_PREFIX}_circuit_breakers_open`,
        help: 'Open circuit breakers: workers that are not called until a probe succeeds',
        labelNames: ['issuer_kind'],
        read: () =>
          Object.entries(read()).map(([issuer_kind, value]) => ({
            labels: { issuer_kind },
            value,
          })),
      }),
    observe: (state) => stateMetrics(registry, state),
    contentType: registry.contentType,
    text: async () => registry.metrics(),
  }
}
