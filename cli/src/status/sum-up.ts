/**
 * From what was seen of a cluster to what is told of it. Pure.
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
import type { Listing, Place, Seen } from './read-cluster.ts'
import type { IssuerStatus, StatusReport } from './report.ts'
import { relayStatus } from './sum-relay.ts'
import { sumRequests } from './sum-requests.ts'

/** @param nowMs - By this machine's clock: the age of the Lease is judged by it. */
export function sumUp(seen: Seen, place: Place, nowMs: number): StatusReport {
  const relay = relayStatus(seen, place, nowMs)
  const events = lastEvents(seen.events.ok ? seen.events.value.objects : [], relay)
  const issuers = [seen.clusterIssuers, seen.issuers].flatMap((listed) =>
    listed.ok ? listed.value.objects.map((issuer) => issuerStatus(issuer, events)) : [],
  )
  return {
    schemaVersion: 1,
    time: rfc3339(nowMs),
    relay,
    issuers,
    requests: sumRequests(seen, events),
    unread: [
      ...unread('issuers.edge-issuer.dev', seen.issuers),
      ...unread('clusterissuers.edge-issuer.dev', seen.clusterIssuers),
      ...unread('certificaterequests.cert-manager.io', seen.requests),
      ...unread('certificatesigningrequests.certificates.k8s.io', seen.signingRequests),
      ...unread('events', seen.events),
    ],
  }
}

function unread(what: string, listed: Result<Listing<unknown>, ApiError>): readonly string[] {
  return listed.ok ? listed.value.faults : [`${what}: ${listed.error.message}`]
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
