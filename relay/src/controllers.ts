/**
 * Who works on what: one controller a kind of object, and what wakes its keys.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { type CertificateRequest, certificateRequestSchema } from './api/certificate-request.ts'
import { CERTIFICATE_REQUEST, CLUSTER_ISSUER, ISSUER } from './api/group.ts'
import type { Issuer, IssuerKind } from './api/issuer.ts'
import { issuerChanged, type Parts, requestChanged } from './changes.ts'
import type { Config } from './config.ts'
import { longestLifetimeMs } from './core/ca-expiry.ts'
import type { ApiError } from './kube/api-error.ts'
import { objectKey, refOfKey } from './kube/object-ref.ts'
import type { Kube } from './kube/ports.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics/metrics.ts'
import { findIssuer, type Observed, requestsOf } from './observed.ts'
import type { Clock } from './queue/clock.ts'
import { ISSUER_BACKOFF, REQUEST_BACKOFF } from './queue/rate-limiter.ts'
import { ApprovalWatch } from './reconcile/approval-watch.ts'
import { requestReconciler } from './reconcile/certificate-request.ts'
import { Controller } from './reconcile/controller.ts'
import { IssuerHolds } from './reconcile/issuer-holds.ts'
import { issuerReconciler } from './reconcile/issuer.ts'
import { observedSign } from './reconcile/observed-sign.ts'
import { Reminders } from './reconcile/reminders.ts'
import { signPass } from './reconcile/sign-pass.ts'
import type { EventRecorder } from './report/events.ts'
import { Connections } from './signer/connections.ts'
import { PRIVATE_KEY_ENTRY } from './signer/secret-fault.ts'
import { SecretWatches } from './watch/secret-watches.ts'
import type { Change } from './watch/store.ts'

/** What controllers are made of. */
export interface ControllersOptions {
  readonly config: Pick<Config, 'healthCheckIntervalMs' | 'maxConcurrentReconciles' | 'maxRetryMs'>
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

/** What works. */
export interface Controllers {
  readonly start: () => void
  /** Lets the work under way end within `graceMs`, then ends everything else. */
  readonly stop: (graceMs: number) => Promise<void>
}

const ISSUER_KINDS = ['Issuer', 'ClusterIssuer'] as const satisfies IssuerKind[]

/** One reconcile: an exchange with the worker (25 s), and three calls to the API server. */
const RECONCILE_DEADLINE_MS = 60_000
/** Checks are spread by this share, so that many issuers do not ask at once. */
const CHECK_JITTER = 0.1

/**
 * @returns Controllers that have every key that was observed, and are woken by changes from now on;
 *   they are not started.
 */
export function createControllers(options: ControllersOptions): Controllers {
  const { observed, clusterResourceNamespace, kube, metrics, clock, random, log } = options
  const holds = new IssuerHolds()
  const secrets = new SecretWatches({ kube, entry: PRIVATE_KEY_ENTRY, clock, random, log })
  const connections = new Connections({
    secrets,
    clusterResourceNamespace,
    onAnswer: metrics.workerAnswered,
  })
  const issuers = {
    Issuer: issuerController('Issuer', { holds, connections }, options),
    ClusterIssuer: issuerController('ClusterIssuer', { holds, connections }, options),
  }
  const approvals = new ApprovalWatch({ events: options.events, log, now: () => clock.now() })
  const requests = requestController({ holds, connections, issuers, approvals }, options)
  const parts: Parts = { issuers, requests, holds, secrets, connections, approvals }
  observed.requests.onChange((change) => requestChanged(change, parts))
  for (const key of observed.requests.keys()) requests.add(key)
  for (const kind of ISSUER_KINDS) {
    const changed = (change: Change<Issuer>): void =>
      issuerChanged({ ...change, kind, observed, clusterResourceNamespace }, parts)
    const store = observed.issuers[kind]
    store.onChange(changed)
    for (const key of store.keys()) changed({ key, before: undefined, after: store.get(key) })
  }
  const all = [issuers.Issuer, issuers.ClusterIssuer, requests]
  return {
    start: () => {
      for (const controller of all) controller.start()
    },
    stop: async (graceMs) => {
      await Promise.all(all.map(async (controller) => controller.stop(graceMs)))
      await secrets.stop()
      await connections.close()
    },
  }
}

function issuerController(
  kind: IssuerKind,
  { holds, connections }: Pick<Parts, 'connections' | 'holds'>,
  options: ControllersOptions,
): Controller {
  const { config, kube, observed, events, metrics, clock, random, log } = options
  const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
  return new Controller({
    ...common(options),
    name: resource.plural,
    backoff: ISSUER_BACKOFF,
    reconcile: issuerReconciler({
      resource,
      get: (key) => observed.issuers[kind].get(key),
      connect: async (issuer, signal) => connections.connect(issuer, 'live', signal),
      holds,
      reminders: new Reminders(),
      longestLifetimeMs: (issuer) => longestLifetimeMs(requestsOf(observed, issuer)),
      checked: (reason) => metrics.checked(kind, reason),
      status: kube,
      events,
      log,
      now: () => clock.now(),
      nextCheckMs: () => config.healthCheckIntervalMs * (1 + CHECK_JITTER * (2 * random() - 1)),
    }),
  })
}

function requestController(
  {
    holds,
    connections,
    issuers,
    approvals,
  }: Pick<Parts, 'approvals' | 'connections' | 'holds' | 'issuers'>,
  options: ControllersOptions,
): Controller {
  const { config, kube, observed, events, metrics, clock, log } = options
  const now = (): number => clock.now()
  return new Controller({
    ...common(options),
    name: CERTIFICATE_REQUEST.plural,
    backoff: REQUEST_BACKOFF,
    reconcile: requestReconciler({
      get: (key) => observed.requests.get(key),
      getLive: async (key, signal) => getLiveRequest(kube, key, signal),
      getIssuer: (ref) => findIssuer(observed, ref),
      sign: observedSign(
        signPass({
          connect: async (issuer, signal) => connections.connect(issuer, 'watched', signal),
          holds,
          wakeIssuer: (issuer) => issuers[issuer.kind].add(keyOf(issuer)),
          maxRetryMs: config.maxRetryMs,
          now,
        }),
        { signed: metrics.signed, log, uptimeMs: () => clock.uptimeMs() },
      ),
      approvals,
      status: kube,
      events,
      log,
      now,
    }),
  })
}

const common = ({
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

async function getLiveRequest(
  kube: Kube,
  key: string,
  signal: AbortSignal,
): Promise<Result<CertificateRequest | undefined, ApiError>> {
  const live = await kube.getObject(CERTIFICATE_REQUEST, refOfKey(key), signal)
  if (!live.ok) return live.error.kind === 'not-found' ? ok(undefined) : live
  const request = certificateRequestSchema.safeParse(live.value)
  return request.success
    ? ok(request.data)
    : err({ kind: 'invalid', message: z.prettifyError(request.error) })
}

const keyOf = ({ kind, metadata: { namespace, name } }: Issuer): string =>
  objectKey(kind === 'Issuer' ? { namespace, name } : { name })
