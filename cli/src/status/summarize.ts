/**
 * Builds the status report from a snapshot of the cluster. Pure.
 *
 * @module
 */
import {
  type ApiError,
  findCondition,
  type Issuer,
  READY,
  rfc3339,
} from '@edge-issuer/relay/cluster'
import type { Result } from '@edge-issuer/shared'
import { type LastEvent, lastEvents, unwrittenNote } from './last-events.ts'
import type { Listing, StatusScope, ClusterSnapshot } from './read-cluster.ts'
import type { IssuerStatus, StatusReport } from './report.ts'
import { summarizeRelay } from './summarize-relay.ts'
import { summarizeRequests } from './summarize-requests.ts'

/** @param nowMs - Time of this machine, to which the age of the Lease is compared. */
export function summarize(
  snapshot: ClusterSnapshot,
  place: StatusScope,
  nowMs: number,
): StatusReport {
  const relay = summarizeRelay(snapshot, place, nowMs)
  const events = lastEvents(snapshot.events.ok ? snapshot.events.value.objects : [], relay)
  const issuers = [snapshot.clusterIssuers, snapshot.issuers].flatMap((listed) =>
    listed.ok ? listed.value.objects.map((issuer) => issuerStatus(issuer, events)) : [],
  )
  return {
    schemaVersion: 1,
    time: rfc3339(nowMs),
    relay,
    issuers,
    requests: summarizeRequests(snapshot, events),
    unread: [
      ...unread('issuers.edge-issuer.dev', snapshot.issuers),
      ...unread('clusterissuers.edge-issuer.dev', snapshot.clusterIssuers),
      ...unread('certificaterequests.cert-manager.io', snapshot.requests),
      ...unread('certificatesigningrequests.certificates.k8s.io', snapshot.signingRequests),
      ...unread('events', snapshot.events),
    ],
  }
}

function unread(what: string, listed: Result<Listing<unknown>, ApiError>): readonly string[] {
  return listed.ok ? listed.value.errors : [`${what}: ${listed.error.message}`]
}

function issuerStatus(issuer: Issuer, events: ReadonlyMap<string, LastEvent>): IssuerStatus {
  const { kind, metadata, spec, status } = issuer
  return {
    kind,
    namespace: kind === 'Issuer' ? metadata.namespace : null,
    name: metadata.name,
    url: spec.url,
    ...readiness(issuer),
    unwritten: unwrittenNote(events.get(metadata.uid)),
    ca: status.ca ?? null,
    authorities: (status.authorities ?? []).map(({ subject = null, state, notAfter, sha256 }) => ({
      subject,
      state,
      notAfter,
      sha256,
    })),
  }
}

function readiness({
  metadata,
  status,
}: Issuer): Pick<IssuerStatus, 'isCurrent' | 'message' | 'ready' | 'reason' | 'since'> {
  const found = findCondition(status.conditions, READY)
  if (found === undefined) {
    return { ready: 'Unknown', reason: null, message: null, since: null, isCurrent: false }
  }
  const { status: ready, reason, message, lastTransitionMs, observedGeneration } = found
  return {
    ready,
    reason,
    message,
    since: lastTransitionMs === 0 ? null : rfc3339(lastTransitionMs),
    isCurrent: observedGeneration >= metadata.generation,
  }
}
