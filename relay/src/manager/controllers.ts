/**
 * The controllers: one for each kind of issuer and of request, with their queues and what they share.
 *
 * @module
 */
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import { type Issuer, ISSUER_KINDS, type IssuerKind } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import { issuerRefOf } from '../core/issuer-ref.ts'
import { objectKey } from '../kube/object-ref.ts'
import { fencedReconciler } from '../leaderelection/fence.ts'
import { restrictedDestinations } from '../net/destinations.ts'
import { sleep } from '../queue/clock.ts'
import { ISSUER_BACKOFF, REQUEST_BACKOFF } from '../queue/rate-limiter.ts'
import { ApprovalWatch } from '../reconcile/approval-watch.ts'
import {
  Controller,
  type ControllerOptions,
  RECONCILE_DEADLINE_MS,
} from '../reconcile/controller.ts'
import { checkGroups, configuredShare, requestGroups } from '../reconcile/fair-share.ts'
import { IssuerCooldowns } from '../reconcile/issuer-cooldowns.ts'
import { IssuerReconciler } from '../reconcile/issuer-reconciler.ts'
import { Reminders } from '../reconcile/reminders.ts'
import { ReportedMessages } from '../reconcile/reported-messages.ts'
import { RequestReconciler } from '../reconcile/request-reconciler.ts'
import { type Queues, RequestSigner } from '../reconcile/request-signer.ts'
import { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import { CERTIFICATE_REQUESTS } from '../requests/certificate-request.ts'
import { CertificateSigningRequestAdapter } from '../requests/certificate-signing-request.ts'
import type { RequestAdapter } from '../requests/request-adapter.ts'
import { RequestLifetimes } from '../requests/request-lifetimes.ts'
import { RequestReader } from '../requests/request-reader.ts'
import { breakerScope, type CircuitBreakers } from '../signer/circuit-breaker.ts'
import { Connections } from '../signer/connections.ts'
import { PRIVATE_KEY_ENTRY } from '../signer/secret-error.ts'
import { IssuerReader } from '../watch/issuer-reader.ts'
import type { RecentObjects } from '../watch/recent-objects.ts'
import { SecretWatches } from '../watch/secret-watches.ts'
import type { Change, Store } from '../watch/store.ts'
import type { ControllersOptions } from './controller-options.ts'
import { onIssuerChange, onRequestChange, type RequestQueue } from './event-handlers.ts'
import { observedBreakers } from './observed-breakers.ts'

/** From one read of the API server's token keys to the next. */
const TOKEN_KEYS_INTERVAL_MS = 60_000

/** Requests of one kind. */
interface RequestsOfKind<R extends AnyRequest> {
  readonly adapter: RequestAdapter<R>
  readonly store: Store<R>
  readonly reader: RequestReader<R>
}

/** All controllers, with every key that the caches have; changes of the caches enqueue keys from then on. */
export class Controllers implements Queues {
  readonly #options: ControllersOptions
  readonly #cooldowns = new IssuerCooldowns()
  readonly #breakers: CircuitBreakers
  readonly #secrets: SecretWatches
  readonly #connections: Connections
  readonly #unwritten: UnwrittenStatuses
  readonly #issuerReader: IssuerReader
  readonly #stopped = new AbortController()
  #pushing = Promise.resolve()
  readonly #issuers: Readonly<Record<IssuerKind, Controller>>
  readonly #requests: readonly (RequestQueue & { readonly controller: Controller })[]

  constructor(options: ControllersOptions) {
    const { config, caches, kube, events, metrics, log } = options
    this.#options = options
    this.#breakers = observedBreakers(options)
    this.#secrets = new SecretWatches({ ...options, entry: PRIVATE_KEY_ENTRY })
    this.#issuerReader = new IssuerReader(caches.issuers, kube)
    this.#connections = new Connections({
      ...options,
      secrets: this.#secrets,
      issuers: this.#issuerReader,
      issuerDestinations: restrictedDestinations(config.issuerUrlAllow),
      onAnswer: metrics.workerAnswered,
    })
    this.#unwritten = new UnwrittenStatuses({ events, log, failed: metrics.statusNotWritten })
    const requests = this.#readerOf(CERTIFICATE_REQUESTS, caches.requests, caches.recent.requests)
    const signingRequests = this.#readerOf(
      new CertificateSigningRequestAdapter({
        annotations: config.certificateSigningRequestAnnotations,
      }),
      caches.signingRequests,
      caches.recent.signingRequests,
    )
    const lifetimes = new RequestLifetimes([requests.reader, signingRequests.reader])
    this.#issuers = {
      Issuer: this.#issuerController('Issuer', lifetimes),
      ClusterIssuer: this.#issuerController('ClusterIssuer', lifetimes),
    }
    this.#requests = [this.#requestQueue(requests), this.#requestQueue(signingRequests)]
    for (const kind of ISSUER_KINDS) this.#handleIssuerChanges(kind)
  }

  start(): void {
    for (const controller of this.#all) controller.start()
    this.#pushing = this.#pushTokenKeys()
  }

  /** Lets running reconciles end within `graceMs`, then stops everything. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#all.map(async (controller) => controller.stop(graceMs)))
    await this.#pushing
    await this.#secrets.stop()
    await this.#connections.close()
  }

  enqueueIssuer(issuer: Issuer): void {
    this.#issuers[issuer.kind].add(objectKey(issuerRefOf(issuer)))
  }

  enqueueRequests(breaker: string): void {
    const { issuers } = this.#options.caches
    const all = ISSUER_KINDS.flatMap((kind) => issuers[kind].values())
    for (const issuer of all.filter((one) => breakerScope(one) === breaker)) {
      for (const { controller, reader } of this.#requests) {
        for (const key of reader.keysOf(issuerRefOf(issuer))) controller.add(key)
      }
    }
  }

  /** The API server does not notify of new keys. */
  async #pushTokenKeys(): Promise<void> {
    const { clock, isLeading } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      if (isLeading()) await this.#connections.pushTokenKeys(signal)
      await sleep(clock, TOKEN_KEYS_INTERVAL_MS, signal)
    }
  }

  get #all(): readonly Controller[] {
    const requests = this.#requests.map(({ controller }) => controller)
    return [this.#issuers.Issuer, this.#issuers.ClusterIssuer, ...requests]
  }

  get #defaults(): Omit<ControllerOptions, 'backoff' | 'groupsOf' | 'name' | 'reconciler'> {
    const { config, metrics, clock, random, log } = this.#options
    return {
      observe: metrics.controller,
      workers: config.maxConcurrentReconciles,
      deadlineMs: RECONCILE_DEADLINE_MS,
      clock,
      random,
      log,
    }
  }

  #issuerController(kind: IssuerKind, lifetimes: RequestLifetimes): Controller {
    const { config, caches, kube, isLeading } = this.#options
    const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
    const share = configuredShare(config)
    const store = caches.issuers[kind]
    const reconciler = new IssuerReconciler({
      ...this.#options,
      resource,
      store,
      reader: this.#issuerReader,
      connections: this.#connections,
      cooldowns: this.#cooldowns,
      breakers: this.#breakers,
      reminders: new Reminders(),
      lifetimes,
      statusWriter: kube,
      unwritten: this.#unwritten,
      checkIntervalMs: config.healthCheckIntervalMs,
    })
    return new Controller({
      ...this.#defaults,
      name: resource.plural,
      groupsOf: (key) => checkGroups(store.get(key), share),
      backoff: ISSUER_BACKOFF,
      reconciler: fencedReconciler(reconciler, isLeading),
    })
  }

  #readerOf<R extends AnyRequest>(
    adapter: RequestAdapter<R>,
    store: Store<R>,
    recent: RecentObjects<R>,
  ): RequestsOfKind<R> {
    const { kube } = this.#options
    return { adapter, store, reader: new RequestReader({ adapter, store, recent, kube }) }
  }

  #requestQueue<R extends AnyRequest>({
    adapter,
    store,
    reader,
  }: RequestsOfKind<R>): RequestQueue & { readonly controller: Controller } {
    const { config, kube, isLeading } = this.#options
    const share = configuredShare(config)
    const approvals = new ApprovalWatch(adapter, this.#options)
    const reported = new ReportedMessages()
    const unwritten = this.#unwritten
    const signer = new RequestSigner({
      ...this.#options,
      adapter,
      connections: this.#connections,
      cooldowns: this.#cooldowns,
      breakers: this.#breakers,
      queues: this,
      retryLimits: config,
    })
    const reconciler = new RequestReconciler({
      ...this.#options,
      adapter,
      requests: reader,
      issuers: this.#issuerReader,
      signer,
      approvals,
      statusWriter: kube,
      reported,
      unwritten,
    })
    const controller = new Controller({
      ...this.#defaults,
      name: adapter.resource.plural,
      groupsOf: (key) => {
        const request = store.get(key)
        const ref = request === undefined ? undefined : adapter.issuerRef(request)
        const issuer = ref === undefined ? undefined : this.#issuerReader.find(ref)
        const scope = issuer === undefined ? undefined : breakerScope(issuer)
        const state = scope === undefined ? 'unknown' : this.#breakers.workerState(scope)
        return requestGroups(ref, share, state)
      },
      backoff: REQUEST_BACKOFF,
      reconciler: fencedReconciler(reconciler, isLeading),
    })
    store.onChange((change) =>
      onRequestChange(change, { controller, approvals, reported, unwritten }),
    )
    for (const key of store.keys()) controller.add(key)
    return { controller, reader }
  }

  #handleIssuerChanges(kind: IssuerKind): void {
    const { caches, clusterResourceNamespace } = this.#options
    const deps = {
      issuers: this.#issuers,
      requests: this.#requests,
      cooldowns: this.#cooldowns,
      secrets: this.#secrets,
      connections: this.#connections,
      unwritten: this.#unwritten,
    }
    const onChange = (change: Change<Issuer>): void =>
      onIssuerChange({ ...change, kind, clusterResourceNamespace }, deps)
    const store = caches.issuers[kind]
    store.onChange(onChange)
    for (const key of store.keys()) onChange({ key, before: undefined, after: store.get(key) })
  }
}
