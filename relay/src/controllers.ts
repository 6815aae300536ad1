/**
 * Who works on what: one controller a kind of object, and what wakes its keys.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { CLUSTER_ISSUER, ISSUER } from './api/group.ts'
import type { Issuer, IssuerKind } from './api/issuer.ts'
import type { AnyRequest } from './api/request.ts'
import type { Config } from './config.ts'
import { wakesIssuer, wakesRequest, wakesRequestsOf } from './core/triggers.ts'
import type { ApiError } from './kube/api-error.ts'
import { objectKey, refOfKey } from './kube/object-ref.ts'
import type { Kube } from './kube/ports.ts'
import type { Log } from './log.ts'
import { findIssuer, type Observed, requestsOf } from './observed.ts'
import type { Clock } from './queue/clock.ts'
import { ISSUER_BACKOFF, REQUEST_BACKOFF } from './queue/rate-limiter.ts'
import { Controller } from './reconcile/controller.ts'
import { IssuerHolds } from './reconcile/issuer-holds.ts'
import { issuerReconciler } from './reconcile/issuer.ts'
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  type RequestKind,
} from './reconcile/request-kinds.ts'
import { requestReconciler } from './reconcile/request.ts'
import { signPass } from './reconcile/sign-pass.ts'
import { Told } from './reconcile/told.ts'
import type { EventRecorder } from './report/events.ts'
import type { Connections } from './signer/connections.ts'
import type { Store } from './watch/store.ts'

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
  readonly signingRequests: Controller
}

/** One reconcile: an exchange with the worker (25 s), and three calls to the API server. */
const RECONCILE_DEADLINE_MS = 60_000
/** Checks are spread by this share, so that many issuers do not ask at once. */
const CHECK_JITTER = 0.1

/** @returns Controllers that take keys from now on, woken by changes of `observed`; they are not started. */
export function createControllers(options: ControllersOptions): Controllers {
  const holds = new IssuerHolds()
  const issuers = {
    Issuer: issuerController('Issuer', holds, options),
    ClusterIssuer: issuerController('ClusterIssuer', holds, options),
  }
  const wakeIssuer = (issuer: Issuer): void => issuers[issuer.kind].add(keyOf(issuer))
  const world = { holds, wakeIssuer }
  const requests = requestController(
    { ...world, kind: CERTIFICATE_REQUESTS, store: options.observed.requests },
    options,
  )
  const signingRequests = requestController(
    { ...world, kind: CERTIFICATE_SIGNING_REQUESTS, store: options.observed.signingRequests },
    options,
  )
  wakeOnIssuers({ issuers, requests, signingRequests }, holds, options)
  return { issuers, requests, signingRequests }
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

interface RequestsOptions<R extends AnyRequest> {
  readonly kind: RequestKind<R>
  readonly store: Store<R>
  readonly holds: IssuerHolds
  readonly wakeIssuer: (issuer: Issuer) => void
}

/** A controller that is woken by changes of its own store. */
function requestController<R extends AnyRequest>(
  { kind, store, holds, wakeIssuer }: RequestsOptions<R>,
  options: ControllersOptions,
): Controller {
  const { config, kube, observed, connections, events, clock, log } = options
  const now = (): number => clock.now()
  const told = new Told()
  const controller = new Controller({
    ...common(options),
    name: kind.resource.plural,
    backoff: REQUEST_BACKOFF,
    reconcile: requestReconciler({
      kind,
      get: (key) => store.get(key),
      getLive: async (key, signal) => getLive(kind, { kube, key }, signal),
      getIssuer: (ref) => findIssuer(observed, ref),
      sign: signPass(kind, {
        connect: async (issuer, signal) => connections.connect(issuer, signal),
        holds,
        wakeIssuer,
        maxRetryMs: config.maxRetryMs,
        now,
      }),
      status: kube,
      events,
      told,
      log,
      now,
    }),
  })
  store.onChange((change) => {
    const { key, before, after } = change
    if (wakesRequest(change)) controller.add(key)
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
      told.forget(before.metadata.uid)
    }
  })
  return controller
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

async function getLive<R extends AnyRequest>(
  { resource, schema }: RequestKind<R>,
  { kube, key }: { readonly kube: Kube; readonly key: string },
  signal: AbortSignal,
): Promise<Result<R | undefined, ApiError>> {
  const live = await kube.getObject(resource, refOfKey(key), signal)
  if (!live.ok) return live.error.kind === 'not-found' ? ok(undefined) : live
  const request = schema.safeParse(live.value)
  return request.success
    ? ok(request.data)
    : err({ kind: 'invalid', message: z.prettifyError(request.error) })
}

function wakeOnIssuers(
  { issuers, requests, signingRequests }: Controllers,
  holds: IssuerHolds,
  { observed, connections }: ControllersOptions,
): void {
  for (const kind of ['Issuer', 'ClusterIssuer'] as const) {
    observed.issuers[kind].onChange((change) => {
      const { key, before, after } = change
      if (wakesIssuer(change)) issuers[kind].add(key)
      if (wakesRequestsOf(change)) {
        const ref = { kind, ...refOfKey(key) }
        for (const request of requestsOf(observed.requests, ref)) requests.add(request)
        for (const request of requestsOf(observed.signingRequests, ref))
          signingRequests.add(request)
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
