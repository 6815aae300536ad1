/**
 * The controllers that check issuers.
 *
 * @module
 */
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import type { IssuerKind } from '../api/issuer.ts'
import { longestLifetimeMs } from '../core/ca-expiry.ts'
import { checkPaceMs } from '../core/check-pace.ts'
import { issuerRefOf } from '../core/issuer-ref.ts'
import { refOfKey } from '../kube/object-ref.ts'
import { fencedReconcile } from '../leaderelection/fence.ts'
import { withDeadline } from '../queue/deadline.ts'
import { ISSUER_BACKOFF } from '../queue/rate-limiter.ts'
import { Controller } from '../reconcile/controller.ts'
import { checkGroups, configuredShare } from '../reconcile/fair-share.ts'
import type { IssuerHolds } from '../reconcile/issuer-cooldowns.ts'
import {
  issuerReconciler,
  type IssuerReconcilerOptions,
  issuerThrowReport,
} from '../reconcile/issuer-reconciler.ts'
import { paced } from '../reconcile/paced.ts'
import { readIssuerDetails } from '../reconcile/read-issuer.ts'
import { Reminders } from '../reconcile/reminders.ts'
import type { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import type { CircuitBreakers } from '../signer/circuit-breaker.ts'
import type { Connections } from '../signer/connections.ts'
import { lifetimesAskedOf } from './caches.ts'
import { ATTEMPT_DEADLINE_MS, controllerDefaults } from './controller-defaults.ts'
import { type ControllersOptions, signingKind } from './controller-options.ts'

/** Checks are spread by this share, so that many issuers do not ask at once. */
const CHECK_JITTER = 0.1

/** What checks share with sign calls. */
export interface IssuersOptions {
  readonly holds: IssuerHolds
  readonly breakers: CircuitBreakers
  readonly connections: Connections
  readonly unwritten: UnwrittenStatuses
}

/** The controller of the issuers of one kind. */
export function issuerController(
  kind: IssuerKind,
  { holds, breakers, connections, unwritten }: IssuersOptions,
  options: ControllersOptions,
): Controller {
  const { config, kube, observed, events, metrics, clock, random, log } = options
  const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
  const share = configuredShare(config)
  const reconciler: IssuerReconcilerOptions = {
    resource,
    get: (key) => observed.issuers[kind].get(key),
    connect: async (issuer, signal) => connections.connect(issuer, 'live', signal),
    readDetails: async (issuer, signal) => readIssuerDetails(issuer, kube, signal),
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
    groupsOf: (key) => checkGroups(observed.issuers[kind].get(key), share),
    backoff: ISSUER_BACKOFF,
    reconcile: fencedReconcile(
      paced(issuerReconciler(reconciler), (key) => {
        const { namespace } = refOfKey(key)
        return namespace === undefined ? 0 : checkPaceMs(observed.issuers[kind].countBy(namespace))
      }),
      options.isLeading,
    ),
    reportThrow: issuerThrowReport(reconciler),
  })
}
