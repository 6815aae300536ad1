/**
 * Which change of an object is worth a look. Our own status writes come back through the watch; they
 * must not wake us again.
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
 * A request is looked at when it appears, when somebody else's condition changes (approved, denied),
 * and when its annotations do, which is how a person asks for another look. Following issuer-lib
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

/** An issuer is checked when it appears, when its spec or its annotations change, and when its Ready is gone. */
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

/** The requests of an issuer are looked at when what they wait for may have changed. */
export function shouldReconcileRequestsOf({ before, after }: Transition<Issuer>): boolean {
  return gate(before) !== gate(after)
}

/** What gates requests, as one text to compare. */
function gate(issuer: Issuer | undefined): string {
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
