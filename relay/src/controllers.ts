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
import type { Config } from './config.ts'
import { wakesIssuer, wakesRequest, wakesRequestsOf } from './core/triggers.ts'
import type { ApiError } from './kube/api-error.ts'
import { objectKey, refOfKey } from './kube/object-ref.ts'
import type { Kube } from './kube/ports.ts'
import type { Log } from './log.ts'
import { findIssuer, type Observed, requestsOf } from './observed.ts'
import type { Clock } from './queue/clock.ts'
import { ISSUER_BACKOFF, REQUEST_BACKOFF } from './queue/rate-limiter.ts'
import { requestReconciler } from './reconcile/certificate-request.ts'
import { Controller } from './reconcile/controller.ts'
import { IssuerHolds } from './reconcile/issuer-holds.ts'
import { issuerReconciler } from './reconcile/issuer.ts'
import { signPass } from './reconcile/sign-pass.ts'
import type { EventRecorder } from './report/events.ts'
import type { Connections } from './signer/connections.ts'

/** What controllers are made of. */
export interface ControllersOptions {
  readonly config: Pick<Config, 'healthCheckIntervalMs' | 'maxConcurrentReconciles' | 'maxRetryMs'>
  readonly kube: Kube
  readonly observed: Observed
  readonly connections: Connections
  readonly events: EventRecorder
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** By kind of object. */
export interface Controllers {
  readonly issuers: Readonly<Record<IssuerKind, Controller>>
  readonly requests: Controller
}

/** One reconcile: an exchange with the worker (25 s), and three calls to the API server. */
const RECONCILE_DEADLINE_MS = 60_000
/** Checks are spread by this share, so that many issuers do not ask at once. */
const CHECK_JITTER = 0.1

/**
 * @returns Controllers that have every key that was observed, and are woken by changes from now on;
 *   they are not started.
 */
export function createControllers(options: ControllersOptions): Controllers {
  const holds = new IssuerHolds()
  const issuers = {
    Issuer: issuerController('Issuer', holds, options),
    ClusterIssuer: issuerController('ClusterIssuer', holds, options),
  }
  const wakeIssuer = (issuer: Issuer): void => issuers[issuer.kind].add(keyOf(issuer))
  const requests = requestController({ holds, wakeIssuer }, options)
  wakeOnChange({ issuers, requests }, holds, options)
  for (const key of options.observed.requests.keys()) requests.add(key)
  for (const kind of ['Issuer', 'ClusterIssuer'] as const) {
    for (const key of options.observed.issuers[kind].keys()) issuers[kind].add(key)
  }
  return { issuers, requests }
}

function issuerController(
  kind: IssuerKind,
  holds: IssuerHolds,
  options: ControllersOptions,
): Controller {
  const { config, kube, observed, connections, events, clock, random, log } = options
  const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
  return new Controller({
    ...common(options),
    name: resource.plural,
    backoff: ISSUER_BACKOFF,
    reconcile: issuerReconciler({
      resource,
      get: (key) => observed.issuers[kind].get(key),
      connect: async (issuer, signal) => connections.connect(issuer, signal),
      holds,
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
    wakeIssuer,
  }: { readonly holds: IssuerHolds; readonly wakeIssuer: (issuer: Issuer) => void },
  options: ControllersOptions,
): Controller {
  const { config, kube, observed, connections, events, clock, log } = options
  const now = (): number => clock.now()
  return new Controller({
    ...common(options),
    name: CERTIFICATE_REQUEST.plural,
    backoff: REQUEST_BACKOFF,
    reconcile: requestReconciler({
      get: (key) => observed.requests.get(key),
      getLive: async (key, signal) => getLiveRequest(kube, key, signal),
      getIssuer: (ref) => findIssuer(observed, ref),
      sign: signPass({
        connect: async (issuer, signal) => connections.connect(issuer, signal),
        holds,
        wakeIssuer,
        maxRetryMs: config.maxRetryMs,
        now,
      }),
      status: kube,
      events,
      log,
      now,
    }),
  })
}

const common = ({
  config,
  clock,
  random,
  log,
}: ControllersOptions): Pick<
  ConstructorParameters<typeof Controller>[0],
  'clock' | 'deadlineMs' | 'log' | 'random' | 'workers'
> => ({
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

function wakeOnChange(
  { issuers, requests }: Controllers,
  holds: IssuerHolds,
  { observed, connections }: ControllersOptions,
): void {
  observed.requests.onChange((change) => {
    if (wakesRequest(change)) requests.add(change.key)
  })
  for (const kind of ['Issuer', 'ClusterIssuer'] as const) {
    observed.issuers[kind].onChange((change) => {
      const { key, before, after } = change
      if (wakesIssuer(change)) issuers[kind].add(key)
      if (wakesRequestsOf(change)) {
        for (const request of requestsOf(observed, { kind, ...refOfKey(key) }))
          requests.add(request)
      }
      if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
        holds.forget(before.metadata.uid)
        connections.forget(before)
      }
    })
  }
}

const keyOf = ({ kind, metadata: { namespace, name } }: Issuer): string =>
  objectKey(kind === 'Issuer' ? { namespace, name } : { name })
