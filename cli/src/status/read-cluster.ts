/**
 * Reads the objects of edge-issuer in a cluster. Writes nothing.
 *
 * @module
 */
import {
  type AnyRequest,
  type ApiError,
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  CLUSTER_ISSUER,
  type Collection,
  FOREIGN_SIGNERS_FIELD_SELECTOR,
  ISSUER,
  type Issuer,
  issuerSchema,
  type Kube,
  type Lease,
  OUR_REQUESTS_FIELD_SELECTOR,
  type RequestAdapter,
  type Resource,
} from '@edge-issuer/relay/cluster'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z, type ZodType } from 'zod'
import {
  CLUSTER_EVENTS_NAMESPACE,
  EVENT,
  eventSchema,
  OUR_EVENTS_FIELD_SELECTOR,
  type RelayEvent,
} from './last-events.ts'

/** Which objects to read. */
export interface StatusScope {
  /** Only Issuers and CertificateRequests of this namespace; all when absent. */
  readonly namespace: string | undefined
  readonly relayNamespace: string
  readonly leaseName: string
}

/** Objects of a kind, and errors for objects that could not be parsed. */
export interface Listing<T> {
  readonly objects: readonly T[]
  readonly errors: readonly string[]
}

type Listed<T> = Result<Listing<T>, ApiError>
type RequestOf<K> = K extends RequestAdapter<infer R> ? R : never

/** Everything that was read; each read can fail on its own. */
export interface ClusterSnapshot {
  readonly issuers: Listed<Issuer>
  readonly clusterIssuers: Listed<Issuer>
  readonly requests: Listed<RequestOf<typeof CERTIFICATE_REQUESTS>>
  readonly signingRequests: Listed<RequestOf<typeof CERTIFICATE_SIGNING_REQUESTS>>
  /** Events of the relay. */
  readonly events: Listed<RelayEvent>
  readonly lease: Result<Lease, ApiError>
  /** Pod of the leader; `undefined` without a leader. */
  readonly pod: Result<Pod, ApiError> | undefined
}

const POD: Resource = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
}

const podSchema = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({ containers: z.array(z.object({ image: z.string().default('') })).min(1) }),
})

/** The part of a Pod that contains the version. */
export type Pod = z.infer<typeof podSchema>

/** Reads everything concurrently; only the Pod is read after the Lease. */
export async function readCluster(
  kube: Kube,
  place: StatusScope,
  signal: AbortSignal,
): Promise<ClusterSnapshot> {
  const { namespace } = place
  const scope = namespace === undefined ? {} : { namespace }
  const list = async <T>(collection: Collection, schema: ZodType<T>): Promise<Listed<T>> =>
    readAll(kube, { collection, schema }, signal)
  const requestsOf = async <R extends AnyRequest>(
    { resource, schema }: RequestAdapter<R>,
    only: Omit<Collection, 'resource'>,
  ): Promise<Listed<R>> => list({ resource, ...only }, schema)
  const [issuers, clusterIssuers, requests, signingRequests, events, leader] = await Promise.all([
    list({ resource: ISSUER, ...scope }, issuerSchema),
    list({ resource: CLUSTER_ISSUER }, issuerSchema),
    requestsOf(CERTIFICATE_REQUESTS, { ...scope, fieldSelector: OUR_REQUESTS_FIELD_SELECTOR }),
    requestsOf(CERTIFICATE_SIGNING_REQUESTS, { fieldSelector: FOREIGN_SIGNERS_FIELD_SELECTOR }),
    readEvents(list, namespace),
    readLeader(kube, place, signal),
  ])
  return { issuers, clusterIssuers, requests, signingRequests, events, ...leader }
}

type List = <T>(collection: Collection, schema: ZodType<T>) => Promise<Listed<T>>

/** Reads the Events of a namespace, and those about cluster-scoped objects. */
async function readEvents(list: List, namespace: string | undefined): Promise<Listed<RelayEvent>> {
  const ours = { resource: EVENT, fieldSelector: OUR_EVENTS_FIELD_SELECTOR }
  if (namespace === undefined) return list(ours, eventSchema)
  const namespaces = [...new Set([namespace, CLUSTER_EVENTS_NAMESPACE])]
  const listings = await Promise.all(
    namespaces.map(async (one) => list({ ...ours, namespace: one }, eventSchema)),
  )
  const failed = listings.find((listing) => !listing.ok)
  if (failed !== undefined) return failed
  const read = listings.flatMap((listing) => (listing.ok ? [listing.value] : []))
  return ok({
    objects: read.flatMap(({ objects }) => objects),
    errors: read.flatMap(({ errors }) => errors),
  })
}

interface TypedCollection<T> {
  readonly collection: Collection
  readonly schema: ZodType<T>
}

async function readAll<T>(
  kube: Kube,
  { collection, schema }: TypedCollection<T>,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const { plural } = collection.resource
  const objects: T[] = []
  const errors: string[] = []
  for await (const page of kube.listWatch(collection).list(signal)) {
    if (!page.ok) return page
    for (const { key, body } of page.value.objects) {
      const read = schema.safeParse(body)
      if (read.success) objects.push(read.data)
      else errors.push(`${plural} ${key}: ${z.prettifyError(read.error)}`)
    }
  }
  return ok({ objects, errors })
}

async function readLeader(
  kube: Kube,
  { relayNamespace, leaseName }: StatusScope,
  signal: AbortSignal,
): Promise<Pick<ClusterSnapshot, 'lease' | 'pod'>> {
  const lease = await kube.getLease({ namespace: relayNamespace, name: leaseName }, signal)
  const name = lease.ok ? hostOf(lease.value.spec.holderIdentity) : ''
  if (name === '') return { lease, pod: undefined }
  const body = await kube.getObject(POD, { namespace: relayNamespace, name }, signal)
  return { lease, pod: body.ok ? readPod(body.value) : body }
}

function readPod(body: unknown): Result<Pod, ApiError> {
  const pod = podSchema.safeParse(body)
  return pod.success
    ? ok(pod.data)
    : err({ kind: 'unavailable', message: 'the API server returned an object that is not a Pod' })
}

/** The relay calls itself `HOST_UUID`, and a Pod's host name is the Pod's name. */
const hostOf = (identity: string): string => identity.replace(/_[^_]*$/, '')
