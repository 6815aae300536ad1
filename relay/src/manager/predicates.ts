/**
 * Which changes of an object enqueue a key. The relay's own status writes come back through the watch, and must
 * not.
 *
 * @module
 */
import { type Condition, findCondition } from '../api/condition.ts'
import { type Issuer, seenFingerprints } from '../api/issuer.ts'
import type { Metadata } from '../api/metadata.ts'
import { READY } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'

/** One object before and after; `before` alone is a deletion, `after` alone an addition. */
export interface Transition<T> {
  readonly before: T | undefined
  readonly after: T | undefined
}

/**
 * A request is reconciled when it is created, when a condition of another controller changes (approved, denied),
 * and when its annotations change, which is how a user triggers a reconcile. Follows issuer-lib
 * (controllers/predicates.go).
 */
export function shouldReconcileRequest({ before, after }: Transition<AnyRequest>): boolean {
  if (after === undefined) return false
  if (before === undefined) return true
  return (
    before.metadata.uid !== after.metadata.uid ||
    isAnnotated(before.metadata, after.metadata) ||
    othersConditions(before) !== othersConditions(after)
  )
}

/** An issuer is checked when it is created, when its spec or annotations change, and when its Ready condition is gone. */
export function shouldReconcileIssuer({ before, after }: Transition<Issuer>): boolean {
  if (after === undefined) return false
  if (before === undefined) return true
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    isAnnotated(before.metadata, after.metadata) ||
    findCondition(after.status.conditions, READY) === undefined
  )
}

/** The requests of an issuer are reconciled when a field of the issuer changes that they may wait for. */
export function shouldReconcileRequestsOf({ before, after }: Transition<Issuer>): boolean {
  return gateText(before) !== gateText(after)
}

/** The fields of an issuer that requests wait for, as one text to compare. */
function gateText(issuer: Issuer | undefined): string {
  if (issuer === undefined) return 'gone'
  const ready = findCondition(issuer.status.conditions, READY)
  const { uid } = issuer.metadata
  const { cas, roots } = seenFingerprints(issuer)
  return `${uid} ${ready?.status ?? 'none'} ${String(ready?.observedGeneration)} ${cas.join()} ${roots.join()}`
}

const othersConditions = ({ status }: AnyRequest): string =>
  status.conditions
    .filter(({ type }) => type !== READY)
    .map(({ type, status: value }: Condition) => `${type}=${value}`)
    .toSorted()
    .join()

const isAnnotated = (before: Metadata, after: Metadata): boolean =>
  before.annotationsHash !== after.annotationsHash
