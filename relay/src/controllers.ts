/**
 * Who works on what: one controller a kind of object, and what wakes its keys.
 *
 * @module
 */
import type { CertificateSigningRequest } from './api/certificate-signing-request.ts'
import { CLUSTER_ISSUER, ISSUER } from './api/group.ts'
import { type Issuer, ISSUER_KINDS, type IssuerKind } from './api/issuer.ts'
import type { AnyRequest } from './api/request.ts'
import { issuerChanged, type IssuerParts, requestChanged, type Requests } from './changes.ts'
import type { Config } from './config.ts'
import { ATTEMPT_DEADLINE_MS, controllerDefaults } from './controller-defaults.ts'
import { longestLifetimeMs } from './core/ca-expiry.ts'
import { issuerRefOf } from './core/issuer-ref.ts'
import { objectKey, refOfKey } from './kube/object-ref.ts'
import type { Kube } from './kube/ports.ts'
import { fencedReconcile } from './lead/fence.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics/metrics.ts'
import { findIssuer, lifetimesAskedOf, type Observed, requestKeysOf } from './observed.ts'
import type { Clock } from './queue/clock.ts'
import { withDeadline } from './queue/deadline.ts'
import { ISSUER_BACKOFF, REQUEST_BACKOFF } from './queue/rate-limiter.ts'
import { ApprovalWatch } from './reconcile/approval-watch.ts'
import { Controller } from './reconcile/controller.ts'
import { checkGroups, configuredShare, requestGroups } from './reconcile/fair-share.ts'
import { IssuerHolds } from './reconcile/issuer-holds.ts'
import {
  issuerReconciler,
  type IssuerReconcilerOptions,
  issuerThrowReport,
} from './reconcile/issuer.ts'
import { observedSign } from './reconcile/observed-sign.ts'
import { readLive } from './reconcile/read-live.ts'
import { Reminders } from './reconcile/reminders.ts'
import {
  CERTIFICATE_REQUESTS,
  certificateSigningRequests,
  type RequestKind,
} from './reconcile/request-kinds.ts'
import {
  requestReconciler,
  type RequestReconcilerOptions,
  requestThrowReport,
} from './reconcile/request.ts'
import { type SignPass, signPass } from './reconcile/sign-pass.ts'
import { Told } from './reconcile/told.ts'
import type { EventRecorder } from './report/events.ts'
import { UnwrittenStatuses } from './report/unwritten-statuses.ts'
import { breakerScope, type CircuitBreakers } from './signer/circuit-breaker.ts'
import { Connections } from './signer/connections.ts'
import { observedBreakers } from './signer/observed-breakers.ts'
import { PRIVATE_KEY_ENTRY } from './signer/secret-fault.ts'
import { SecretWatches } from './watch/secret-watches.ts'
import type { Change, Store } from './watch/store.ts'

/** What controllers are made of. */
export interface ControllersOptions {
  readonly config: Pick<
    Config,
    | 'certificateSigningRequestAnnotations'
    | 'healthCheckIntervalMs'
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

/** What works. */
export interface Controllers {
  readonly start: () => void
  /** Lets the work under way end within `graceMs`, then ends everything else. */
  readonly stop: (graceMs: number) => Promise<void>
}

/** Checks are spread by this share, so that many issuers do not ask at once. */
const CHECK_JITTER = 0.1

/**
 * @returns Controllers that have every key that was observed, and are woken by changes from now on;
 *   they are not started.
 */
export function createControllers(options: ControllersOptions): Controllers {
  const { observed, clusterResourceNamespace, kube, metrics, clock, random, log } = options
  const holds = new IssuerHolds()
  const breakers = observedBreakers(options)
  const secrets = new SecretWatches({ kube, entry: PRIVATE_KEY_ENTRY, clock, random, log })
  const connections = new Connections({
    secrets,
    clusterResourceNamespace,
    onAnswer: metrics.workerAnswered,
  })
  const unwritten = new UnwrittenStatuses({
    events: options.events,
    log,
    failed: metrics.statusNotWritten,
  })
  const shared = { holds, breakers, connections, unwritten }
  const issuers = {
    Issuer: issuerController('Issuer', shared, options),
    ClusterIssuer: issuerController('ClusterIssuer', shared, options),
  }
  const wakeRequests = (scope: string): void => {
    const all = ISSUER_KINDS.flatMap((kind) => observed.issuers[kind].values())
    for (const issuer of all.filter((one) => breakerScope(one) === scope)) {
      for (const { controller, keysOf } of requests) {
        for (const key of keysOf(issuerRefOf(issuer))) controller.add(key)
      }
    }
  }
  const world = { ...shared, wakeRequests, issuers }
  const requests: readonly WatchedRequests[] = [
    watchedRequests({ ...world, kind: CERTIFICATE_REQUESTS, store: observed.requests }, options),
    watchedRequests(
      { ...world, kind: signingKind(options), store: observed.signingRequests },
      options,
    ),
  ]
  const parts: IssuerParts = { issuers, requests, holds, secrets, connections, unwritten }
  for (const kind of ISSUER_KINDS) {
    const changed = (change: Change<Issuer>): void =>
      issuerChanged({ ...change, kind, clusterResourceNamespace }, parts)
    const store = observed.issuers[kind]
    store.onChange(changed)
    for (const key of store.keys()) changed({ key, before: undefined, after: store.get(key) })
  }
  const all = [issuers.Issuer, issuers.ClusterIssuer].concat(
    requests.map(({ controller }) => controller),
  )
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

const signingKind = ({ config }: ControllersOptions): RequestKind<CertificateSigningRequest> =>
  certificateSigningRequests({ annotations: config.certificateSigningRequestAnnotations })

function issuerController(
  kind: IssuerKind,
  { holds, breakers, connections, unwritten }: Omit<World, 'issuers' | 'wakeRequests'>,
  options: ControllersOptions,
): Controller {
  const { config, kube, observed, events, metrics, clock, random, log } = options
  const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
  const share = configuredShare(config)
  const reconciler: IssuerReconcilerOptions = {
    resource,
    get: (key) => observed.issuers[kind].get(key),
    connect: async (issuer, signal) => connections.connect(issuer, 'live', signal),
    withinCheckDeadline: async (signal, check) =>
      withDeadline({ clock, limitMs: ATTEMPT_DEADLINE_MS, signal }, check),
    holds,
    breakers,
    reminders: new Reminders(),
    longestLifetimeMs: (issuer) =>
      longestLifetimeMs(lifetimesAskedOf(observed, issuerRefOf(issuer), signingKind(options))),
    checked: (reason) => metrics.checked(kind, reason),
    status: kube,
    events,
    unwritten,
    log,
    now: () => clock.now(),
    nextCheckMs: () => config.healthCheckIntervalMs * (1 + CHECK_JITTER * (2 * random() - 1)),
  }
  return new Controller({
    ...controllerDefaults(options),
    name: resource.plural,
    groupsOf: (key) => checkGroups(refOfKey(key).namespace, share),
    backoff: ISSUER_BACKOFF,
    reconcile: fencedReconcile(issuerReconciler(reconciler), options.isLeading),
    reportThrow: issuerThrowReport(reconciler),
  })
}

/** What reconcilers of requests share with those of issuers. */
interface World {
  readonly holds: IssuerHolds
  readonly breakers: CircuitBreakers
  readonly wakeRequests: (scope: string) => void
  readonly connections: Connections
  readonly unwritten: UnwrittenStatuses
  readonly issuers: Readonly<Record<IssuerKind, Controller>>
}

interface RequestsOptions<R extends AnyRequest> extends World {
  readonly kind: RequestKind<R>
  readonly store: Store<R>
}

interface WatchedRequests extends Requests {
  readonly controller: Controller
}

/** The requests of one kind, with a controller that has every one of them and is woken by their changes. */
function watchedRequests<R extends AnyRequest>(
  {
    kind,
    store,
    holds,
    breakers,
    wakeRequests,
    connections,
    unwritten,
    issuers,
  }: RequestsOptions<R>,
  options: ControllersOptions,
): WatchedRequests {
  const { config, kube, observed, events, metrics, clock, log } = options
  const now = (): number => clock.now()
  const share = configuredShare(config)
  const approvals = new ApprovalWatch(kind, { events, log, now })
  const told = new Told()
  const sign = signPass(kind, {
    connect: async (issuer, signal) => connections.connect(issuer, 'watched', signal),
    holds,
    breakers,
    wakeRequests,
    wakeIssuer: (issuer) => issuers[issuer.kind].add(objectKey(issuerRefOf(issuer))),
    retryLimits: config,
    now,
  })
  const boundedSign: SignPass<R> = async (request, issuer, signal) =>
    withDeadline({ clock, limitMs: ATTEMPT_DEADLINE_MS, signal }, async (limited) =>
      sign(request, issuer, limited),
    )
  const reconciler: RequestReconcilerOptions<R> = {
    kind,
    get: (key) => store.get(key),
    getLive: async (key, signal) => readLive(kind, { kube, key }, signal),
    getIssuer: (ref) => findIssuer(observed, ref),
    sign: observedSign(boundedSign, {
      kind,
      signed: metrics.signed,
      uptimeMs: () => clock.uptimeMs(),
    }),
    approvals,
    status: kube,
    events,
    told,
    unwritten,
    log,
    now,
  }
  const controller = new Controller({
    ...controllerDefaults(options),
    name: kind.resource.plural,
    groupsOf: (key) => {
      const request = store.get(key)
      return requestGroups(request === undefined ? undefined : kind.issuerRef(request), share)
    },
    backoff: REQUEST_BACKOFF,
    reconcile: fencedReconcile(requestReconciler(reconciler), options.isLeading),
    reportThrow: requestThrowReport(reconciler),
  })
  store.onChange((change) => requestChanged(change, { controller, approvals, told, unwritten }))
  for (const key of store.keys()) controller.add(key)
  return { controller, keysOf: (issuer) => requestKeysOf(store, issuer) }
}
