/**
 * What all controllers of the relay share.
 *
 * @module
 */
import type { CertificateSigningRequest } from '../api/certificate-signing-request.ts'
import type { Config } from '../config.ts'
import type { Kube } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../queue/clock.ts'
import type { EventRecorder } from '../report/events.ts'
import { certificateSigningRequests, type RequestKind } from '../requests/request-adapter.ts'
import type { Observed } from './caches.ts'

/** What controllers are made of. */
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
  readonly observed: Observed
  /** Where the Secrets of ClusterIssuers are. */
  readonly clusterResourceNamespace: string
  readonly events: EventRecorder
  readonly metrics: Metrics
  /** Whether this replica is the one that works. */
  readonly isLeading: () => boolean
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** How CertificateSigningRequests are read, as the operator has set it. */
export const signingKind = ({
  config,
}: ControllersOptions): RequestKind<CertificateSigningRequest> =>
  certificateSigningRequests({ annotations: config.certificateSigningRequestAnnotations })
