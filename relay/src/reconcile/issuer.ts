/**
 * Reconciles one Issuer or ClusterIssuer: read the Secret, ask the worker how it is, write what was
 * found. Both kinds, one code.
 *
 * @module
 */
import { type Result } from '@edge-issuer/shared'
import { apiVersionOf, type Resource } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { type CheckOutcome, checkOutcome } from '../core/check-outcome.ts'
import { isReadyChanged, readyCondition } from '../core/conditions.ts'
import { issuerFailed, issuerPending } from '../core/verdict.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { StatusWriter } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { EventRecorder } from '../report/events.ts'
import { issuerStatus } from '../report/status.ts'
import type { SignerClient } from '../signer/client.ts'
import type { ConnectFault } from '../signer/connections.ts'
import type { ReconcileOutcome } from './controller.ts'
import type { IssuerHolds } from './issuer-holds.ts'

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
  readonly holds: IssuerHolds
  readonly status: StatusWriter
  readonly events: EventRecorder
  readonly log: Log
  readonly now: () => number
  /** Time from one good check to the next, jitter included; called once a check. */
  readonly nextCheckMs: () => number
}

/** @returns The reconcile function of a controller. */
export function issuerReconciler(
  options: IssuerReconcilerOptions,
): (key: string, signal: AbortSignal) => Promise<ReconcileOutcome> {
  return async (key, signal) => {
    const issuer = options.get(key)
    if (issuer === undefined || issuer.metadata.isDeleting) return { kind: 'done' }
    const checked = await check(issuer, options, signal)
    const written = await write({ key, issuer, checked }, options, signal)
    return written ?? next(issuer, checked, options)
  }
}

async function check(
  issuer: Issuer,
  { connect, holds, now }: IssuerReconcilerOptions,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const hold = holds.current(issuer.metadata.uid, now())
  if (hold !== undefined) return { verdict: issuerPending(hold.message) }
  const client = await connect(issuer, signal)
  if (!client.ok) {
    const { kind, message } = client.error
    return { verdict: kind === 'spec' ? issuerFailed(message) : issuerPending(message) }
  }
  return checkOutcome(await client.value.health(issuer.spec.issuer, signal), issuer.spec)
}

interface Checked {
  readonly key: string
  readonly issuer: Issuer
  readonly checked: CheckOutcome
}

/** @returns What to do when the status could not be written; nothing when it was, or need not be. */
async function write(
  { key, issuer, checked }: Checked,
  { resource, status, events, log, now }: IssuerReconcilerOptions,
  signal: AbortSignal,
): Promise<ReconcileOutcome | undefined> {
  const { metadata } = issuer
  const ready = readyCondition(issuer.status.conditions, checked.verdict, {
    nowMs: now(),
    observedGeneration: metadata.generation,
  })
  // A failed check says nothing about the CA: what the last good one saw stays.
  const ca = checked.ca ?? issuer.status.ca
  const isSame = !isReadyChanged(issuer.status.conditions, ready) && isSameCa(ca, issuer.status.ca)
  if (isSame) return undefined
  const written = await status.applyStatus(
    {
      resource,
      ref: refOfKey(key),
      resourceVersion: metadata.resourceVersion,
      status: issuerStatus(ready, ca),
    },
    signal,
  )
  if (!written.ok) {
    // A conflict, or an issuer that was not found, means that the store is behind: the change on its way
    // wakes this key, or the retry does. A 404 need not mean that it is gone, see requestReconciler.
    return { kind: 'retry', message: `status not written: ${written.error.message}` }
  }
  const { reason, message } = checked.verdict
  log.info({ kind: resource.kind, key, reason, cause: message }, 'issuer reported')
  events.record({
    regarding: {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      ...refOfKey(key),
      uid: metadata.uid,
    },
    ...checked.verdict.event,
    note: checked.verdict.message,
  })
  return undefined
}

function next(
  issuer: Issuer,
  { verdict }: CheckOutcome,
  { holds, now, nextCheckMs }: IssuerReconcilerOptions,
): ReconcileOutcome {
  const hold = holds.current(issuer.metadata.uid, now())
  if (hold !== undefined) return { kind: 'requeue-after', afterMs: hold.untilMs - now() }
  switch (verdict.reason) {
    case 'Checked':
      return { kind: 'requeue-after', afterMs: nextCheckMs() }
    case 'Pending':
      return { kind: 'retry', message: verdict.message }
    case 'Failed':
      // Only an edit of the spec helps, and that wakes this key.
      return { kind: 'done' }
  }
}

const isSameCa = (a: Issuer['status']['ca'], b: Issuer['status']['ca']): boolean =>
  a?.sha256 === b?.sha256 && a?.notAfter === b?.notAfter
