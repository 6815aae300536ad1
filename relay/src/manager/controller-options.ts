import type { Config } from '../config.ts'
import type { Kube } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../queue/clock.ts'
import type { EventRecorder } from '../report/events.ts'
import type { Caches } from './caches.ts'

/** Options of {@link Controllers}. */
export interface ControllersOptions {
  readonly config: Pick<
    Config,
    | 'certificateSigningRequestAnnotations'
    | 'healthCheckIntervalMs'
    | 'issuerUrlAllow'
    | 'maxConcurrentReconciles'
    | 'maxConcurrentReconcilesPerIssuer'
    | 'maxOutageRetryMs'
    | 'maxRetryMs'
    | 'watchNamespace'
  >
  readonly kube: Kube
  readonly caches: Caches
  /** The namespace of the Secrets and ServiceAccounts of ClusterIssuers. */
  readonly clusterResourceNamespace: string
  readonly events: EventRecorder
  readonly metrics: Metrics
  /** Whether this replica leads. */
  readonly isLeading: () => boolean
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}
