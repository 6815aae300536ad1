/**
 * What all controllers of the relay share.
 *
 * @module
 */
import type { CertificateSigningRequest } from './api/certificate-signing-request.ts'
import type { Config } from './config.ts'
import type { Kube } from './kube/ports.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Observed } from './observed.ts'
import type { Clock } from './queue/clock.ts'
import type { Controller } from './reconcile/controller.ts'
import { certificateSigningRequests, type RequestKind } from './reconcile/request-kinds.ts'
import type { EventRecorder } from './report/events.ts'

/** What controllers are made of. */
export interface ControllersOptions {
  readonly config: Pick<
    Config,
    | 'certificateSigningRequestAnnotations'
    | 'healthCheckIntervalMs'
    | 'maxConcurrentReconciles'
    | 'maxConcurrentReconcilesPerIssuer'
    | 'maxRetryMs'
    | 'watchNamespace'
  >
  readonly kube: Kube
  readonly observed: Observed
  /** Where the Secrets of ClusterIssuers are. */
  readonly clusterResourceNamespace: string
  readonly events: EventRecorder
  readonly metrics: Metrics
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** A check or an attempt to sign: a Secret that is read slowly, and an exchange with the worker (25 s). */
export const ATTEMPT_DEADLINE_MS = 45_000
/** An attempt, and time left for two calls to the API server (30 s each) that write its result. */
const RECONCILE_DEADLINE_MS = ATTEMPT_DEADLINE_MS + 60_000

/** How CertificateSigningRequests are read, as the operator has set it. */
export const signingKind = ({
  config,
}: ControllersOptions): RequestKind<CertificateSigningRequest> =>
  certificateSigningRequests({ annotations: config.certificateSigningRequestAnnotations })

/** Options that are the same for all. */
export const common = ({
  config,
  metrics,
  clock,
  random,
  log,
}: ControllersOptions): Pick<
  ConstructorParameters<typeof Controller>[0],
  'clock' | 'deadlineMs' | 'log' | 'observe' | 'random' | 'workers'
> => ({
  observe: metrics.controller,
  workers: config.maxConcurrentReconciles,
  deadlineMs: RECONCILE_DEADLINE_MS,
  clock,
  random,
  log,
})
