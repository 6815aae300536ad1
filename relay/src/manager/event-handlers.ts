/**
 * What follows from a change of an object: which keys are enqueued, and which state about the object is
 * dropped.
 *
 * @module
 */
import type { Issuer, IssuerKind } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { ApprovalWatch } from '../reconcile/approval-watch.ts'
import type { Controller } from '../reconcile/controller.ts'
import type { IssuerCooldowns } from '../reconcile/issuer-cooldowns.ts'
import type { ReportedMessages } from '../reconcile/reported-messages.ts'
import type { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import type { RequestReader } from '../requests/request-reader.ts'
import type { Connections } from '../signer/connections.ts'
import { issuerCredential } from '../signer/issuer-credential.ts'
import type { SecretWatches } from '../watch/secret-watches.ts'
import type { Change } from '../watch/store.ts'
import {
  shouldReconcileIssuer,
  shouldReconcileRequest,
  shouldReconcileRequestsOf,
} from './predicates.ts'

/** Dependencies of {@link onRequestChange}. */
export interface RequestHandlerDeps {
  readonly controller: Pick<Controller, 'add'>
  readonly approvals: Pick<ApprovalWatch<never>, 'forget'>
  readonly reported: Pick<ReportedMessages, 'forget'>
  readonly unwritten: Pick<UnwrittenStatuses, 'settled'>
}

/** Handles a request of any kind that was created, changed or deleted. */
export function onRequestChange(
  change: Change<AnyRequest>,
  { controller, approvals, reported, unwritten }: RequestHandlerDeps,
): void {
  const { key, before, after } = change
  if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
    approvals.forget(before.metadata.uid)
    reported.forget(before.metadata.uid)
    unwritten.settled(before.metadata.uid)
  }
  if (shouldReconcileRequest(change)) controller.add(key)
}

/** The controller of one kind of request, and the reader that finds the requests of an issuer. */
export interface RequestQueue {
  readonly controller: Pick<Controller, 'add'>
  readonly reader: Pick<RequestReader<never>, 'keysOf'>
}

/** Dependencies of {@link onIssuerChange}. */
export interface IssuerHandlerDeps {
  readonly issuers: Readonly<Record<IssuerKind, Pick<Controller, 'add'>>>
  /** One for each kind of request. */
  readonly requests: readonly RequestQueue[]
  readonly cooldowns: IssuerCooldowns
  readonly secrets: Pick<SecretWatches, 'follow' | 'unfollow'>
  readonly connections: Pick<Connections, 'forget'>
  readonly unwritten: Pick<UnwrittenStatuses, 'settled'>
}

/** A change of an issuer of this kind. */
export interface IssuerChange extends Change<Issuer> {
  readonly kind: IssuerKind
  readonly clusterResourceNamespace: string
}

/** Handles an issuer that was created, changed or deleted. A change that may fix it also ends its cooldown. */
export function onIssuerChange(
  change: IssuerChange,
  { issuers, requests, cooldowns, secrets, connections, unwritten }: IssuerHandlerDeps,
): void {
  const { kind, key, before, after, clusterResourceNamespace } = change
  if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
    cooldowns.forget(before.metadata.uid)
    connections.forget(before)
    unwritten.settled(before.metadata.uid)
    secrets.unfollow(before.metadata.uid)
  }
  if (after !== undefined) {
    const { uid } = after.metadata
    const enqueue = (): void => {
      cooldowns.clear(uid)
      issuers[kind].add(key)
    }
    const credential = issuerCredential(after, clusterResourceNamespace)
    if (credential.kind === 'secret') secrets.follow({ id: uid, enqueue }, credential.secret)
    else secrets.unfollow(uid)
    if (shouldReconcileIssuer(change)) enqueue()
  }
  if (shouldReconcileRequestsOf(change)) {
    for (const { controller, reader } of requests) {
      for (const request of reader.keysOf({ kind, ...refOfKey(key) })) controller.add(request)
    }
  }
}
