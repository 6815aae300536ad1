/**
 * Determines the state of each request with the relay's own decision function.
 *
 * @module
 */
import {
  type AnyRequest,
  APPROVE_ROLE,
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  findCondition,
  type Issuer,
  objectKey,
  type OurIssuerRef,
  READY,
  REQUEST_REASON,
  type RequestDecision,
  type RequestAdapter,
  rfc3339,
  SIGNING_REQUEST_CONDITION,
} from '@edge-issuer/relay/cluster'
import { type LastEvent, unwrittenNote } from './last-events.ts'
import type { ClusterSnapshot } from './read-cluster.ts'
import {
  REQUEST_STATES,
  type RequestState,
  type RequestStatus,
  type StatusReport,
} from './report.ts'

/** States in which a request needs no attention. */
const CLOSED: ReadonlySet<RequestState> = new Set(['issued', 'denied', 'deleting'])

/** @returns Number of requests by state, and the open requests. */
export function summarizeRequests(
  snapshot: ClusterSnapshot,
  events: ReadonlyMap<string, LastEvent>,
): StatusReport['requests'] {
  const all = [
    ...(snapshot.requests.ok ? snapshot.requests.value.objects : []).flatMap(
      toStatus('CertificateRequest', CERTIFICATE_REQUESTS, { ...snapshot, last: events }),
    ),
    ...(snapshot.signingRequests.ok ? snapshot.signingRequests.value.objects : []).flatMap(
      toStatus('CertificateSigningRequest', CERTIFICATE_SIGNING_REQUESTS, {
        ...snapshot,
        last: events,
      }),
    ),
  ]
  const counts = Object.fromEntries(
    REQUEST_STATES.map((state) => [state, all.filter((one) => one.state === state).length]),
  )
  const open = all.filter(({ state }) => !CLOSED.has(state)).toSorted(byAge)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made from the list of all states
  return { counts: counts as Record<RequestState, number>, open }
}

const byAge = (one: RequestStatus, other: RequestStatus): number =>
  one.createdAt.localeCompare(other.createdAt) || one.name.localeCompare(other.name)

interface SnapshotAndEvents extends ClusterSnapshot {
  /** The relay's last Event about each object, by uid. */
  readonly last: ReadonlyMap<string, LastEvent>
}

/** @returns The status of a request; nothing for a foreign request. */
const toStatus =
  <R extends AnyRequest>(
    kind: RequestStatus['kind'],
    requests: RequestAdapter<R>,
    snapshot: SnapshotAndEvents,
  ) =>
  (request: R): readonly RequestStatus[] => {
    const ref = requests.issuerRef(request)
    const decision = requests.decide(request, ref && findIssuer(ref, snapshot))
    const last = snapshot.last.get(request.metadata.uid)
    const isIssuerRead = ref === undefined || isReadable(ref, snapshot)
    const found = stateOf({ request, last }, decision, isIssuerRead)
    if (found === undefined) return []
    const { name, namespace, createdMs } = request.metadata
    const issuer =
      ref === undefined
        ? null
        : { kind: ref.kind, namespace: ref.namespace ?? null, name: ref.name }
    const createdAt = rfc3339(createdMs)
    const owner = { kind, namespace: namespace === '' ? null : namespace, name }
    return [{ ...owner, issuer, createdAt, ...found, unwritten: unwrittenNote(last) }]
  }

type Found = Pick<RequestStatus, 'state' | 'why'>

interface RequestAndLast {
  readonly request: AnyRequest
  readonly last: LastEvent | undefined
}

/** @param isIssuerRead - Whether the issuers could be listed; otherwise their state is unknown. */
function stateOf(
  { request, last }: RequestAndLast,
  decision: RequestDecision,
  isIssuerRead: boolean,
): Found | undefined {
  switch (decision.kind) {
    case 'ignore':
      return ignoredState(request, decision.why)
    case 'notify':
      return { state: NOTIFIED_STATES[decision.why], why: decision.update.message }
    case 'report': {
      const { reason, message } = decision.update
      if (reason === REQUEST_REASON.denied) return { state: 'denied', why: message }
      return isIssuerRead
        ? { state: 'issuer-not-ready', why: message }
        : signingState({ request, last })
    }
    case 'sign':
      return signingState({ request, last })
  }
}

const NOTIFIED_STATES = {
  'signer is not cluster-scoped': 'unsupported-signer',
  'unknown issuer kind': 'unknown-issuer-kind',
} as const

type IgnoreReason = Extract<RequestDecision, { kind: 'ignore' }>['why']

function ignoredState(request: AnyRequest, why: IgnoreReason): Found | undefined {
  switch (why) {
    case 'foreign':
      return undefined
    case 'finished':
      return finishedState(request)
    case 'deleting':
    case 'denied':
      return { state: why, why: '' }
    case 'invalid':
      return { state: why, why: messageOf(request, 'InvalidRequest') }
    case 'not approved':
      return {
        state: 'not-approved',
        why: `not approved; cert-manager approves CertificateRequests if a cluster admin binds ClusterRole "${APPROVE_ROLE}" to it`,
      }
    case 'signer is not cluster-scoped':
      return {
        state: 'unsupported-signer',
        why: 'a CertificateSigningRequest can only name a ClusterIssuer',
      }
  }
}

function finishedState(request: AnyRequest): Found {
  const ready = findCondition(request.status.conditions, READY)
  const failed = findCondition(request.status.conditions, SIGNING_REQUEST_CONDITION.failed)
  if (failed?.status === 'True') return { state: 'failed', why: failed.message }
  if (ready?.reason === REQUEST_REASON.failed) return { state: 'failed', why: ready.message }
  if (ready?.reason === REQUEST_REASON.denied) return { state: 'denied', why: ready.message }
  return { state: 'issued', why: '' }
}

/** A CertificateSigningRequest has no condition for pending states; the relay reports them in Events. */
function signingState({ request, last }: RequestAndLast): Found {
  const reported = messageOf(request, READY) || (last?.note ?? '')
  return {
    state: 'signing',
    why: reported === '' ? 'approved; the relay has not reported anything yet' : reported,
  }
}

const messageOf = ({ status }: AnyRequest, type: string): string =>
  findCondition(status.conditions, type)?.message ?? ''

const issuersOf = ({ kind }: OurIssuerRef, snapshot: ClusterSnapshot): ClusterSnapshot['issuers'] =>
  kind === 'Issuer' ? snapshot.issuers : snapshot.clusterIssuers

const isReadable = (ref: OurIssuerRef, snapshot: ClusterSnapshot): boolean =>
  issuersOf(ref, snapshot).ok

function findIssuer(ref: OurIssuerRef, snapshot: ClusterSnapshot): Issuer | undefined {
  const listed = issuersOf(ref, snapshot)
  const issuers = listed.ok ? listed.value.objects : []
  return issuers.find(
    ({ kind, metadata: { name, namespace } }) =>
      objectKey(kind === 'Issuer' ? { namespace, name } : { name }) === objectKey(ref),
  )
}
