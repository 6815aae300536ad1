/**
 * What follows from a change of an object: which keys wake, and what is remembered or forgotten.
 *
 * @module
 */
import type { Issuer, IssuerKind } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { ApprovalWatch } from '../reconcile/approval-watch.ts'
import type { Controller } from '../reconcile/controller.ts'
import type { IssuerHolds } from '../reconcile/issuer-cooldowns.ts'
import type { Told } from '../reconcile/reported-messages.ts'
import type { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import { type Connections, secretRefOf } from '../signer/connections.ts'
import type { SecretWatches } from '../watch/secret-watches.ts'
import type { Change } from '../watch/store.ts'
import { wakesIssuer, wakesRequest, wakesRequestsOf } from './predicates.ts'

/** Whom a change of a request concerns. */
export interface RequestParts {
  readonly controller: Pick<Controller, 'add'>
  readonly approvals: Pick<ApprovalWatch<never>, 'forget'>
  readonly told: Pick<Told, 'forget'>
  readonly unwritten: Pick<UnwrittenStatuses, 'settled'>
}

/** A request of either kind appeared, changed, or is gone. */
export function requestChanged(
  change: Change<AnyRequest>,
  { controller, approvals, told, unwritten }: RequestParts,
): void {
  const { key, before, after } = change
  if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
    approvals.forget(before.metadata.uid)
    told.forget(before.metadata.uid)
    unwritten.settled(before.metadata.uid)
  }
  if (wakesRequest(change)) controller.add(key)
}

/** The requests of one kind: whom to wake, and which name an issuer. */
export interface Requests {
  readonly controller: Pick<Controller, 'add'>
  readonly keysOf: (issuer: OurIssuerRef) => readonly string[]
}

/** Whom a change of an issuer concerns. */
export interface IssuerParts {
  readonly issuers: Readonly<Record<IssuerKind, Pick<Controller, 'add'>>>
  /** Of every kind. */
  readonly requests: readonly Requests[]
  readonly holds: IssuerHolds
  readonly secrets: Pick<SecretWatches, 'follow' | 'unfollow'>
  readonly connections: Pick<Connections, 'forget'>
  readonly unwritten: Pick<UnwrittenStatuses, 'settled'>
}

/** A change of an issuer, and what it was seen as. */
export interface IssuerChange extends Change<Issuer> {
  readonly kind: IssuerKind
  readonly clusterResourceNamespace: string
}

/** An issuer appeared, changed, or is gone. Whatever may mend a refusal also ends the hold for it. */
export function issuerChanged(
  change: IssuerChange,
  { issuers, requests, holds, secrets, connections, unwritten }: IssuerParts,
): void {
  const { kind, key, before, after, clusterResourceNamespace } = change
  if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
    holds.forget(before.metadata.uid)
    connections.forget(before)
    unwritten.settled(before.metadata.uid)
    secrets.unfollow(before.metadata.uid)
  }
  if (after !== undefined) {
    const { uid } = after.metadata
    const wake = (): void => {
      holds.lift(uid)
      issuers[kind].add(key)
    }
    secrets.follow({ id: uid, wake }, secretRefOf(after, clusterResourceNamespace))
    if (wakesIssuer(change)) wake()
  }
  if (wakesRequestsOf(change)) {
    for (const { controller, keysOf } of requests) {
      for (const request of keysOf({ kind, ...refOfKey(key) })) controller.add(request)
    }
  }
}
