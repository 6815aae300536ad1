/**
 * Who works on what: one controller a kind of object, and what wakes its keys.
 *
 * @module
 */
import { type Issuer, ISSUER_KINDS, type IssuerKind } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import { issuerRefOf } from '../core/issuer-ref.ts'
import { objectKey } from '../kube/object-ref.ts'
import { fencedReconcile } from '../leaderelection/fence.ts'
import { restrictedDestinations } from '../net/destinations.ts'
import { withDeadline } from '../queue/deadline.ts'
import { REQUEST_BACKOFF } from '../queue/rate-limiter.ts'
import { ApprovalWatch } from '../reconcile/approval-watch.ts'
import { Controller } from '../reconcile/controller.ts'
import { configuredShare, requestGroups } from '../reconcile/fair-share.ts'
import { IssuerHolds } from '../reconcile/issuer-cooldowns.ts'
import { observedSign } from '../reconcile/observed-sign.ts'
import { readIssuerDetails } from '../reconcile/read-issuer.ts'
import { readLive } from '../reconcile/read-live.ts'
import { Told } from '../reconcile/reported-messages.ts'
import {
  requestReconciler,
  type RequestReconcilerOptions,
  requestThrowReport,
} from '../reconcile/request-reconciler.ts'
import { type SignPass, signPass } from '../reconcile/sign-pass.ts'
import { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import { CERTIFICATE_REQUESTS, type RequestKind } from '../requests/request-adapter.ts'
import { breakerScope } from '../signer/circuit-breaker.ts'
import { Connections } from '../signer/connections.ts'
import { PRIVATE_KEY_ENTRY } from '../signer/secret-error.ts'
import type { RecentObjects } from '../watch/recent-objects.ts'
import { SecretWatches } from '../watch/secret-watches.ts'
import type { Change, Store } from '../watch/store.ts'
import { findIssuer, requestKeysOf } from './caches.ts'
import { ATTEMPT_DEADLINE_MS, controllerDefaults } from './controller-defaults.ts'
import { type ControllersOptions, signingKind } from './controller-options.ts'
import { issuerChanged, type IssuerParts, requestChanged, type Requests } from './event-handlers.ts'
import { issuerController, type IssuersOptions } from './issuer-controller.ts'
import { observedBreakers } from './observed-breakers.ts'

/** What works. */
export interface Controllers {
  readonly start: () => void
  /** Lets the work under way end within `graceMs`, then ends everything else. */
  readonly stop: (graceMs: number) => Promise<void>
}

/**
 * @returns Controllers that have every key that was observed, and are woken by changes from now on;
 *   they are not started.
 */
export function createControllers(options: ControllersOptions): Controllers {
  const { config, observed, clusterResourceNamespace, kube, events, metrics } = options
  const { clock, random, log } = options
  const holds = new IssuerHolds()
  const breakers = observedBreakers(options)
  const secrets = new SecretWatches({ kube, entry: PRIVATE_KEY_ENTRY, clock, random, log })
  const connections = new Connections({
    ...options,
    secrets,
    readDetails: async (issuer, signal) => readIssuerDetails(issuer, kube, signal),
    issuerDestinations: restrictedDestinations(config.issuerUrlAllow),
    onAnswer: metrics.workerAnswered,
  })
  const unwritten = new UnwrittenStatuses({ events, log, failed: metrics.statusNotWritten })
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
    watchedRequests(
      {
        ...world,
        kind: CERTIFICATE_REQUESTS,
        store: observed.requests,
        recent: observed.recent.requests,
      },
      options,
    ),
    watchedRequests(
      {
        ...world,
        kind: signingKind(options),
        store: observed.signingRequests,
        recent: observed.recent.signingRequests,
      },
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

/** What reconcilers of requests share with those of issuers. */
interface World extends IssuersOptions {
  readonly wakeRequests: (scope: string) => void
  readonly issuers: Readonly<Record<IssuerKind, Controller>>
}

interface RequestsOptions<R extends AnyRequest> extends World {
  readonly kind: RequestKind<R>
  readonly store: Store<R>
  readonly recent: RecentObjects<R>
}

interface WatchedRequests extends Requests {
  readonly controller: Controller
}

/** The requests of one kind, with a controller that has every one of them and is woken by their changes. */
function watchedRequests<R extends AnyRequest>(
  world: RequestsOptions<R>,
  options: ControllersOptions,
): WatchedRequests {
  const { kind, store, recent, holds, breakers, wakeRequests, connections, unwritten, issuers } =
    world
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
    get: (key) => {
      const part = store.get(key)
      return part === undefined ? undefined : (recent.get(part) ?? part)
    },
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
      const ref = request === undefined ? undefined : kind.issuerRef(request)
      const issuer = ref === undefined ? undefined : findIssuer(observed, ref)
      const state = issuer === undefined ? 'unknown' : breakers.workerState(breakerScope(issuer))
      return requestGroups(ref, share, state)
    },
    backoff: REQUEST_BACKOFF,
    reconcile: fencedReconcile(requestReconciler(reconciler), options.isLeading),
    reportThrow: requestThrowReport(reconciler),
  })
  store.onChange((change) => requestChanged(change, { controller, approvals, told, unwritten }))
  for (const key of store.keys()) controller.add(key)
  return { controller, keysOf: (issuer) => requestKeysOf(store, issuer) }
}
