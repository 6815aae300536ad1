/**
 * Reconciles one Issuer or ClusterIssuer: read the Secret, check the worker's health, write the status. The
 * same code for both kinds.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { apiVersionOf, type Resource } from '../api/group.ts'
import type { Issuer, IssuerKind, SeenAuthorities } from '../api/issuer.ts'
import { EVENT_REASON, type IssuerReason } from '../api/reasons.ts'
import { warnOfExpiry } from '../core/ca-expiry.ts'
import { type CheckOutcome, checkOutcome } from '../core/check-outcome.ts'
import { checkPaceMs } from '../core/check-pace.ts'
import { isReadyChanged, readyCondition } from '../core/conditions.ts'
import { rootsNote } from '../core/roots-note.ts'
import {
  type EventNote,
  issuerFailed,
  issuerPending,
  normal,
  UNEXPECTED_ERROR,
} from '../core/status-messages.ts'
import type { ApiError } from '../kube/api-error.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { StatusWriter } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import { withDeadline } from '../queue/deadline.ts'
import type { EventRecorder } from '../report/events.ts'
import { issuerStatus } from '../report/status.ts'
import type { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import type { RequestLifetimes } from '../requests/request-lifetimes.ts'
import { CertificateCache } from '../signer/certificate-cache.ts'
import { breakerScope, type CircuitBreakers } from '../signer/circuit-breaker.ts'
import type { Connections } from '../signer/connections.ts'
import { addRequestId } from '../signer/request-id.ts'
import { verifyHealth } from '../signer/verify-health.ts'
import type { IssuerReader } from '../watch/issuer-reader.ts'
import type { Store } from '../watch/store.ts'
import { ATTEMPT_DEADLINE_MS, type Reconciler, type ReconcileOutcome } from './controller.ts'
import type { IssuerCooldowns } from './issuer-cooldowns.ts'
import { paced } from './paced.ts'
import type { Reminders } from './reminders.ts'

/** Dependencies of an {@link IssuerReconciler}. */
export interface IssuerReconcilerDeps {
  /** Issuer or ClusterIssuer. */
  readonly resource: Resource
  /** The issuers as last seen. */
  readonly store: Pick<Store<Issuer>, 'countBy' | 'get'>
  readonly reader: Pick<IssuerReader, 'readDetails'>
  readonly connections: Pick<Connections, 'connect'>
  readonly cooldowns: IssuerCooldowns
  /** Of sign calls. */
  readonly breakers: Pick<CircuitBreakers, 'hurry'>
  /** For CAs that expire soon. */
  readonly reminders: Reminders
  readonly lifetimes: Pick<RequestLifetimes, 'longestMs'>
  readonly metrics: { checked(kind: IssuerKind, reason: IssuerReason): void }
  readonly statusWriter: StatusWriter
  readonly events: EventRecorder
  readonly unwritten: UnwrittenStatuses
  readonly log: Log
  readonly clock: Clock
  /** From one successful check to the next, before jitter. */
  readonly checkIntervalMs: number
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
}

/** Checks are spread by this share, so that many issuers are not checked at once. */
const CHECK_JITTER = 0.1

/** The result of a check, and how long the worker asked the relay to wait. */
interface Check extends CheckOutcome {
  readonly minimumMs?: number
}

interface CheckedIssuer {
  readonly key: string
  readonly issuer: Issuer
  readonly check: Check
}

/** Reconciles issuers of one kind. */
export class IssuerReconciler implements Reconciler {
  readonly #deps: IssuerReconcilerDeps
  readonly #certificates = new CertificateCache()

  constructor(deps: IssuerReconcilerDeps) {
    this.#deps = deps
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileOutcome> {
    const issuer = this.#deps.store.get(key)
    if (issuer === undefined || issuer.metadata.isDeleting) return { kind: 'done' }
    const outcome = await this.#checkAndWrite(key, issuer, signal)
    return paced(outcome, this.#paceMs(key))
  }

  async #checkAndWrite(
    key: string,
    issuer: Issuer,
    signal: AbortSignal,
  ): Promise<ReconcileOutcome> {
    const { clock, metrics } = this.#deps
    // The deadline leaves time to write the result.
    const bounds = { clock, limitMs: ATTEMPT_DEADLINE_MS, signal }
    const check = await withDeadline(bounds, async (limited) => this.#check(issuer, limited))
    metrics.checked(issuer.kind, check.update.reason)
    const written = await this.#writeStatus({ key, issuer, check }, signal)
    if (!written.ok) {
      const { message, retryAfterMs = 0 } = written.error
      return { kind: 'retry', message: `status not written: ${message}`, minimumMs: retryAfterMs }
    }
    this.#recordEvents({ key, issuer, check }, written.value)
    return this.#next(issuer, check)
  }

  /** In a namespace with many Issuers, each is checked less often. */
  #paceMs(key: string): number {
    const { namespace } = refOfKey(key)
    return namespace === undefined ? 0 : checkPaceMs(this.#deps.store.countBy(namespace))
  }

  /** Sets an issuer to not Ready after its reconcile threw: it must not stay Ready without a check. */
  async reportThrow(key: string, signal: AbortSignal): Promise<void> {
    const issuer = this.#deps.store.get(key)
    if (issuer === undefined || issuer.metadata.isDeleting) return
    const check = { update: issuerPending(UNEXPECTED_ERROR) }
    const written = await this.#writeStatus({ key, issuer, check }, signal)
    if (written.ok) this.#recordEvents({ key, issuer, check }, written.value)
  }

  async #check(issuer: Issuer, signal: AbortSignal): Promise<Check> {
    const { connections, cooldowns, breakers, lifetimes, clock } = this.#deps
    const cooldown = cooldowns.current(issuer.metadata.uid, clock.now())
    if (cooldown !== undefined) return { update: issuerPending(cooldown.message) }
    const client = await connections.connect(issuer, 'live', signal)
    if (!client.ok) {
      const { kind, message } = client.error
      return { update: kind === 'spec' ? issuerFailed(message) : issuerPending(message) }
    }
    const response = await client.value.health(issuer.spec.issuer, signal)
    const health = response.ok ? this.#verify(response.value) : response
    const outcome = checkOutcome(health, issuer.spec)
    if (!health.ok) return { ...outcome, minimumMs: health.error.retryAfterMs ?? 0 }
    // Requests that this check enqueues need not wait until the next probe would be due.
    breakers.hurry(breakerScope(issuer))
    const at = { nowMs: clock.now(), longestLifetimeMs: lifetimes.longestMs(issuer) }
    return { ...outcome, update: warnOfExpiry(outcome.update, health.value, at) }
  }

  #verify(
    response: Parameters<typeof verifyHealth>[0] & { readonly requestId?: string },
  ): ReturnType<typeof verifyHealth> {
    const health = verifyHealth(response, this.#certificates, this.#deps.clock.now())
    return health.ok ? health : err(addRequestId(health.error, response.requestId))
  }

  /** @returns Whether the status has changed, or why it could not be written. */
  async #writeStatus(
    { key, issuer, check }: CheckedIssuer,
    signal: AbortSignal,
  ): Promise<Result<boolean, ApiError>> {
    const { resource, statusWriter, unwritten, log, clock } = this.#deps
    const { uid, generation, resourceVersion } = issuer.metadata
    const { conditions } = issuer.status
    const at = { nowMs: clock.now(), observedGeneration: generation }
    const ready = readyCondition(conditions, check.update, at)
    const isSame =
      !isReadyChanged(conditions, ready) &&
      seenText(check.seen ?? issuer.status) === seenText(issuer.status)
    if (isSame) return ok(unwritten.settled(uid))
    const seen = check.seen === undefined ? await this.#lastSeen(issuer, signal) : ok(check.seen)
    const written = seen.ok
      ? await statusWriter.applyStatus(
          {
            resource,
            ref: refOfKey(key),
            resourceVersion,
            status: issuerStatus(ready, seen.value),
          },
          signal,
        )
      : seen
    // A conflict or a 404 means that the store is outdated: the change on its way enqueues this key, or the
    // retry does. A 404 need not mean that the issuer is deleted, see RequestReconciler.
    if (!written.ok) {
      unwritten.failed({ resource, key, uid }, written.error, check.update)
      return written
    }
    unwritten.settled(uid)
    const { reason, message } = check.update
    log.info({ kind: resource.kind, key, reason, cause: message }, 'issuer reported')
    return ok(true)
  }

  /** A failed check says nothing about the CAs: the status keeps those of the last successful one. */
  async #lastSeen(issuer: Issuer, signal: AbortSignal): Promise<Result<SeenAuthorities, ApiError>> {
    if (!issuer.metadata.isPartial || issuer.status.ca === undefined) return ok(issuer.status)
    const details = await this.#deps.reader.readDetails(issuer, signal)
    return details.ok ? ok(details.value.status) : details
  }

  /**
   * A successful check is an Event when it changed the status. A failed one is an Event each time, so that the
   * Event counts the tries. A CA that expires soon is an Event once a day.
   */
  #recordEvents({ key, issuer, check }: CheckedIssuer, isNews: boolean): void {
    const { reminders, clock } = this.#deps
    const { uid } = issuer.metadata
    const { event, reason, message } = check.update
    const isExpiring = event.reason === EVENT_REASON.caExpiring
    if (!isExpiring) reminders.forget(uid)
    const isRepeated = isExpiring ? reminders.isDue(uid, clock.now()) : reason === 'Pending'
    if (isNews || isRepeated) this.#recordEvent(key, uid, { note: message, ...event })
    const note = rootsNote(issuer.status.roots, check.seen?.roots)
    if (isNews && note !== undefined) {
      this.#recordEvent(key, uid, { ...normal(EVENT_REASON.trustedRootsChanged), note })
    }
  }

  #recordEvent(key: string, uid: string, event: EventNote & { readonly note: string }): void {
    const { resource, events } = this.#deps
    const { kind } = resource
    events.record({
      regarding: { apiVersion: apiVersionOf(resource), kind, ...refOfKey(key), uid },
      ...event,
    })
  }

  #next(issuer: Issuer, { update, minimumMs = 0 }: Check): ReconcileOutcome {
    const { cooldowns, clock, checkIntervalMs, random } = this.#deps
    const cooldown = cooldowns.current(issuer.metadata.uid, clock.now())
    if (cooldown !== undefined) {
      return { kind: 'requeue-after', afterMs: cooldown.untilMs - clock.now() }
    }
    switch (update.reason) {
      case 'Checked': {
        const afterMs = checkIntervalMs * (1 + CHECK_JITTER * (2 * random() - 1))
        return { kind: 'requeue-after', afterMs }
      }
      case 'Pending':
        return { kind: 'retry', message: update.message, minimumMs }
      case 'Failed':
        // Only an edit of the spec helps, and that enqueues this key.
        return { kind: 'done' }
    }
  }
}

/** What was seen of the CAs, as one text to compare. */
const seenText = ({ ca, authorities = [], roots = [] }: SeenAuthorities): string =>
  [
    ca?.sha256,
    ca?.notAfter,
    ...authorities.flatMap(({ sha256, state }) => [sha256, state]),
    ...roots.map(({ sha256 }) => sha256),
  ].join()
