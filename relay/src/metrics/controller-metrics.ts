/**
 * What controllers do, under the names of controller-runtime and client-go, for which dashboards exist
 * (pkg/internal/controller/metrics, pkg/metrics/workqueue.go).
 *
 * @module
 */
import { Counter, exponentialBuckets, Histogram, type Registry } from 'prom-client'
import type {
  ControllerObserver,
  ControllerView,
  ReconcileOutcome,
} from '../reconcile/controller.ts'
import { liveGauge } from './live-gauge.ts'

/** Those of controller-runtime, in seconds. */
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
  1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]
/** Those of client-go, in seconds: 10 ns to 1,000 s. */
const QUEUE_BUCKETS = exponentialBuckets(1e-8, 10, 12)

/** Results of a reconcile, as controller-runtime labels them. */
const RESULTS = {
  done: 'success',
  'requeue-after': 'requeue_after',
  retry: 'error',
} as const satisfies Record<ReconcileOutcome['kind'], string>

type Reader = readonly [name: string, help: string, read: (controller: ControllerView) => number]

const GAUGES: readonly Reader[] = [
  [
    'controller_runtime_max_concurrent_reconciles',
    'Maximum number of concurrent reconciles per controller',
    (c) => c.workers,
  ],
  [
    'controller_runtime_active_workers',
    'Number of running reconciles per controller',
    (c) => c.stats().active,
  ],
]
const QUEUE_GAUGES: readonly Reader[] = [
  ['workqueue_depth', 'Number of keys in the queue', (c) => c.stats().depth],
  [
    'workqueue_unfinished_work_seconds',
    'Sum of the ages of all running reconciles',
    (c) => c.stats().unfinishedMs / 1_000,
  ],
  [
    'workqueue_longest_running_processor_seconds',
    'Age of the oldest running reconcile',
    (c) => c.stats().longestMs / 1_000,
  ],
]

/** @returns A function that makes the observer of a controller; its metrics are in `registry`. */
export function controllerMetrics(
  registry: Registry,
): (controller: ControllerView) => ControllerObserver {
  const registers = [registry]
  const controllers: ControllerView[] = []
  const reconciles = new Counter({
    registers,
    name: 'controller_runtime_reconcile_total',
    help: 'Total number of reconciliations per controller and result',
    labelNames: ['controller', 'result'],
  })
  const errors = new Counter({
    registers,
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Total number of failed reconciliations, which are retried',
    labelNames: ['controller'],
  })
  const panics = new Counter({
    registers,
    name: 'controller_runtime_reconcile_panics_total',
    help: 'Total number of reconciliations that threw an unexpected error; the log has the stack trace',
    labelNames: ['controller'],
  })
  const reconcileTime = new Histogram({
    registers,
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Duration of reconciliations',
    labelNames: ['controller'],
    buckets: RECONCILE_BUCKETS,
  })
  const queueLabels = ['controller', 'name'] as const
  const adds = new Counter({
    registers,
    name: 'workqueue_adds_total',
    help: 'Total number of keys added to the queue',
    labelNames: queueLabels,
  })
  const retries = new Counter({
    registers,
    name: 'workqueue_retries_total',
    help: 'Total number of keys that were requeued',
    labelNames: queueLabels,
  })
  const queueTime = new Histogram({
    registers,
    name: 'workqueue_queue_duration_seconds',
    help: 'How long a key waits in the queue before it is processed',
    labelNames: queueLabels,
    buckets: QUEUE_BUCKETS,
  })
  const workTime = new Histogram({
    registers,
    name: 'workqueue_work_duration_seconds',
    help: 'How long it takes to process a key',
    labelNames: queueLabels,
    buckets: QUEUE_BUCKETS,
  })
  for (const [name, help, read] of GAUGES) {
    liveGauge(registry, {
      name,
      help,
      labelNames: ['controller'],
      read: () => controllers.map((c) => ({ labels: { controller: c.name }, value: read(c) })),
    })
  }
  for (const [name, help, read] of QUEUE_GAUGES) {
    liveGauge(registry, {
      name,
      help,
      labelNames: queueLabels,
      read: () =>
        controllers.map((c) => ({ labels: { controller: c.name, name: c.name }, value: read(c) })),
    })
  }

  return (controller) => {
    controllers.push(controller)
    const label = { controller: controller.name }
    const queueLabel = { controller: controller.name, name: controller.name }
    errors.inc(label, 0)
    adds.inc(queueLabel, 0)
    retries.inc(queueLabel, 0)
    reconcileTime.zero(label)
    queueTime.zero(queueLabel)
    workTime.zero(queueLabel)
    panics.inc(label, 0)
    for (const result of Object.values(RESULTS)) reconciles.inc({ ...label, result }, 0)
    return {
      added: () => adds.inc(queueLabel),
      taken: (waitedMs) => queueTime.observe(queueLabel, waitedMs / 1_000),
      reconciled: (kind, tookMs) => {
        reconciles.inc({ ...label, result: RESULTS[kind] })
        reconcileTime.observe(label, tookMs / 1_000)
        workTime.observe(queueLabel, tookMs / 1_000)
        if (kind === 'retry') errors.inc(label)
        if (kind !== 'done') retries.inc(queueLabel)
      },
      panicked: () => panics.inc(label),
    }
  }
}
