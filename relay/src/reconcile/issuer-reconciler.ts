/**
 * Reconciles one Issuer or ClusterIssuer: read the Secret, ask the worker how it is, write what was
 * found. Both kinds, one code.
 *
 * @module
 */
import { err, type HealthAnswer, ok, type Result } from '@edge-issuer/shared'
import { apiVersionOf, type Resource } from '../api/group.ts'
import type { Issuer, IssuerDetails, SeenAuthorities } from '../api/issuer.ts'
import { EVENT_REASON, type IssuerReason } from '../api/reasons.ts'
import { warnOfExpiry } from '../core/ca-expiry.ts'
import { type CheckOutcome, checkOutcome } from '../core/check-outcome.ts'
import { isReadyChanged, readyCondition } from '../core/conditions.ts'
import { rootsNote } from '../core/roots-note.ts'
import { issuerFailed, issuerPending, normal, UNEXPECTED_ERROR } from '../core/status-messages.ts'
import type { ApiError } from '../kube/api-error.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { StatusWriter } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { EventDraft, EventRecorder } from '../report/events.ts'
import { issuerStatus } from '../report/status.ts'
import type { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import { Certificates } from '../signer/certificate-cache.ts'
import { breakerScope, type CircuitBreakers } from '../signer/circuit-breaker.ts'
import type { Logged, SignerClient } from '../signer/client.ts'
import type { ConnectFault } from '../signer/connections.ts'
import { addRequestId } from '../signer/request-id.ts'
import { verifyHealth } from '../signer/verify-health.ts'
import type { Reconcile, ReconcileOutcome, ReportThrow } from './controller.ts'
import type { IssuerHolds } from './issuer-cooldowns.ts'
import type { Reminders } from './reminders.ts'

/** What reconciling an issuer needs of the world. */
export interface IssuerReconcilerOptions {
  /** Issuer or ClusterIssuer. */
  readonly resource: Resource
  /** As last seen. */
  readonly get: (key: string) => Issuer | undefined
  readonly connect: (
    issuer: Issuer,
    signal: AbortSignal,
  ) => Promise<Result<SignerClient, ConnectFault>>
  /** Runs a check under a deadline that leaves time to write what the check found. */
  readonly withinCheckDeadline: <T>(
    signal: AbortSignal,
    check: (limited: AbortSignal) => Promise<T>,
  ) => Promise<T>
  /** Reads what is not kept in memory. */
  readonly readDetails: (
    issuer: Issuer,
    signal: AbortSignal,
  ) => Promise<Result<IssuerDetails, ApiError>>
  readonly holds: IssuerHolds
  /** Of sign calls. */
  readonly breakers: Pick<CircuitBreakers, 'hurry'>
  /** Of CAs that come to their end. */
  readonly reminders: Reminders
  /** The longest lifetime that is asked of the issuer. */
  readonly longestLifetimeMs: (issuer: Issuer) => number
  /** Hears of each check. */
  readonly checked: (reason: IssuerReason) => void
  readonly status: StatusWriter
  readonly events: EventRecorder
  readonly unwritten: UnwrittenStatuses
  readonly log: Log
  readonly now: () => number
  /** Time from one good check to the next, jitter included; called once a check. */
  readonly nextCheckMs: () => number
}

/** @returns The reconcile function of a controller. */
export function issuerReconciler(options: IssuerReconcilerOptions): Reconcile {
  const certificates = new Certificates()
  return async (key, signal) => {
    const issuer = options.get(key)
    if (issuer === undefined || issuer.metadata.isDeleting) return { kind: 'done' }
    const checked = await options.withinCheckDeadline(signal, async (limited) =>
      check(issuer, { ...options, certificates }, limited),
    )
    options.checked(checked.verdict.reason)
    const written = await write({ key, issuer, checked }, options, signal)
    if (!written.ok) {
      const { message, retryAfterMs = 0 } = written.error
      return { kind: 'retry', message: `status not written: ${message}`, minimumMs: retryAfterMs }
    }
    tell({ key, issuer, checked }, options, written.value)
    return next(issuer, checked, options)
  }
}

/** @returns What makes an issuer not Ready after its reconcile threw: it must not stay Ready unchecked. */
export function issuerThrowReport(options: IssuerReconcilerOptions): ReportThrow {
  return async (key, signal) => {
    const issuer = options.get(key)
    if (issuer === undefined || issuer.metadata.isDeleting) return
    const checked = { verdict: issuerPending(UNEXPECTED_ERROR) }
    const written = await write({ key, issuer, checked }, options, signal)
    if (written.ok) tell({ key, issuer, checked }, options, written.value)
  }
}

/** What was found, and how long the worker wants to be left alone. */
interface Check extends CheckOutcome {
  readonly minimumMs?: number
}

async function check(
  issuer: Issuer,
  options: IssuerReconcilerOptions & { readonly certificates: Certificates },
  signal: AbortSignal,
): Promise<Check> {
  const { connect, holds, breakers, now, longestLifetimeMs, certificates } = options
  const hold = holds.current(issuer.metadata.uid, now())
  if (hold !== undefined) return { verdict: issuerPending(hold.message) }
  const client = await connect(issuer, signal)
  if (!client.ok) {
    const { kind, message } = client.error
    return { verdict: kind === 'spec' ? issuerFailed(message) : issuerPending(message) }
  }
  const health = await client.value.health(issuer.spec.issuer, signal)
  const answer = health.ok ? verified(health.value, certificates, now()) : health
  const outcome = checkOutcome(answer, issuer.spec)
  if (!answer.ok) return { ...outcome, minimumMs: answer.error.retryAfterMs ?? 0 }
  // Requests that this check wakes need not wait until the next probe would be due.
  breakers.hurry(breakerScope(issuer))
  const at = { nowMs: now(), longestLifetimeMs: longestLifetimeMs(issuer) }
  return { ...outcome, verdict: warnOfExpiry(outcome.verdict, answer.value, at) }
}

function verified(
  health: HealthAnswer & Logged,
  certificates: Certificates,
  nowMs: number,
): ReturnType<typeof verifyHealth> {
  const answer = verifyHealth(health, certificates, nowMs)
  return answer.ok ? answer : err(addRequestId(answer.error, health.requestId))
}

interface Checked {
  readonly key: string
  readonly issuer: Issuer
  readonly checked: Check
}

/** @returns Whether there is any news, or why it could not be written. */
async function write(
  { key, issuer, checked }: Checked,
  options: IssuerReconcilerOptions,
  signal: AbortSignal,
): Promise<Result<boolean, ApiError>> {
  const { resource, unwritten, log, now } = options
  const { metadata } = issuer
  const ready = readyCondition(issuer.status.conditions, checked.verdict, {
    nowMs: now(),
    observedGeneration: metadata.generation,
  })
  const isSame =
    !isReadyChanged(issuer.status.conditions, ready) &&
    seenText(checked.seen ?? issuer.status) === seenText(issuer.status)
  if (isSame) return ok(unwritten.settled(metadata.uid))
  const seen =
    checked.seen === undefined ? await lastSeen(issuer, options, signal) : ok(checked.seen)
  const written = seen.ok
    ? await options.status.applyStatus(
        {
          resource,
          ref: refOfKey(key),
          resourceVersion: metadata.resourceVersion,
          status: issuerStatus(ready, seen.value),
        },
        signal,
      )
    : seen
  // A conflict, or an issuer that was not found, means that the store is behind: the change on its way
  // wakes this key, or the retry does. A 404 need not mean that it is gone, see requestReconciler.
  if (!written.ok) {
    unwritten.failed({ resource, key, uid: metadata.uid }, written.error, checked.verdict)
    return written
  }
  unwritten.settled(metadata.uid)
  const { reason, message } = checked.verdict
  log.info({ kind: resource.kind, key, reason, cause: message }, 'issuer reported')
  return ok(true)
}

/** A failed check says nothing about the CAs: what the last good one saw stays in the status. */
async function lastSeen(
  issuer: Issuer,
  { readDetails }: IssuerReconcilerOptions,
  signal: AbortSignal,
): Promise<Result<SeenAuthorities, ApiError>> {
  if (!issuer.metadata.isPartial || issuer.status.ca === undefined) return ok(issuer.status)
  const details = await readDetails(issuer, signal)
  return details.ok ? ok(details.value.status) : details
}

/**
 * A good check is told when it is news. One that failed is told each time, so that the Event counts the
 * tries; and that a CA comes to its end must not be forgotten.
 */
function tell(
  { key, issuer, checked }: Checked,
  { resource, reminders, events, now }: IssuerReconcilerOptions,
  isNews: boolean,
): void {
  const { uid } = issuer.metadata
  const { event, reason } = checked.verdict
  const isExpiring = event.reason === EVENT_REASON.caExpiring
  if (!isExpiring) reminders.forget(uid)
  const isRepeated = isExpiring ? reminders.isDue(uid, now()) : reason === 'Pending'
  if (isNews || isRepeated) events.record(eventOf({ key, issuer, checked }, resource))
  const note = rootsNote(issuer.status.roots, checked.seen?.roots)
  if (isNews && note !== undefined) {
    const changed = { ...normal(EVENT_REASON.trustedRootsChanged), note }
    const verdict = { ...checked.verdict, event: changed }
    events.record(eventOf({ key, issuer, checked: { verdict } }, resource))
  }
}

function eventOf({ key, issuer, checked }: Checked, resource: Resource): EventDraft {
  const { event, message } = checked.verdict
  const { kind } = resource
  const { uid } = issuer.metadata
  return {
    regarding: { apiVersion: apiVersionOf(resource), kind, ...refOfKey(key), uid },
    ...event,
    note: event.note ?? message,
  }
}

function next(
  issuer: Issuer,
  { verdict, minimumMs = 0 }: Check,
  { holds, now, nextCheckMs }: IssuerReconcilerOptions,
): ReconcileOutcome {
  const hold = holds.current(issuer.metadata.uid, now())
  if (hold !== undefined) return { kind: 'requeue-after', afterMs: hold.untilMs - now() }
  switch (verdict.reason) {
    case 'Checked':
      return { kind: 'requeue-after', afterMs: nextCheckMs() }
    case 'Pending':
      return { kind: 'retry', message: verdict.message, minimumMs }
    case 'Failed':
      // Only an edit of the spec helps, and that wakes this key.
      return { kind: 'done' }
  }
}

/** What was seen, as one text to compare. */
const seenText = ({ ca, authorities = [], roots = [] }: SeenAuthorities): string =>
  [
    ca?.sha256,
    ca?.notAfter,
    ...authorities.flatMap(({ sha256, state }) => [sha256, state]),
    ...roots.map(({ sha256 }) => sha256),
  ].join()
