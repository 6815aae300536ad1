/**
 * What follows from a change of an object: which keys wake, and what is remembered or forgotten.
 *
 * @module
 */
import type { CertificateRequest } from './api/certificate-request.ts'
import type { Issuer, IssuerKind } from './api/issuer.ts'
import { wakesIssuer, wakesRequest, wakesRequestsOf } from './core/triggers.ts'
import { refOfKey } from './kube/object-ref.ts'
import { type Observed, requestKeysOf } from './observed.ts'
import type { ApprovalWatch } from './reconcile/approval-watch.ts'
import type { Controller } from './reconcile/controller.ts'
import type { IssuerHolds } from './reconcile/issuer-holds.ts'
import { type Connections, secretRefOf } from './signer/connections.ts'
import type { SecretWatches } from './watch/secret-watches.ts'
import type { Change } from './watch/store.ts'

/** Whom changes concern. */
export interface Parts {
  readonly issuers: Readonly<Record<IssuerKind, Controller>>
  readonly requests: Controller
  readonly holds: IssuerHolds
  readonly secrets: SecretWatches
  readonly connections: Connections
  readonly approvals: ApprovalWatch
}

/** A request appeared, changed, or is gone. */
export function requestChanged(
  change: Change<CertificateRequest>,
  { requests, approvals }: Parts,
): void {
  const { before, after } = change
  if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
    approvals.forget(before.metadata.uid)
  }
  if (wakesRequest(change)) requests.add(change.key)
}

/** A change of an issuer, and where it was seen. */
export interface IssuerChange extends Change<Issuer> {
  readonly kind: IssuerKind
  readonly observed: Observed
  readonly clusterResourceNamespace: string
}

/** An issuer appeared, changed, or is gone. Whatever may mend a refusal also ends the hold for it. */
export function issuerChanged(
  change: IssuerChange,
  { issuers, requests, holds, secrets, connections }: Parts,
): void {
  const { kind, key, before, after, observed, clusterResourceNamespace } = change
  if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
    holds.forget(before.metadata.uid)
    connections.forget(before)
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
    for (const request of requestKeysOf(observed, { kind, ...refOfKey(key) })) requests.add(request)
  }
}
