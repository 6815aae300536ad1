/**
 * The parts of the Kubernetes API that the relay uses, as small interfaces. Every call ends: by itself, by its
 * deadline, or by the caller's signal. None throws; errors are {@link ApiError}s.
 *
 * @module
 */
import type { Result } from '@edge-issuer/shared'
import type { Resource } from '../api/group.ts'
import type { ApiError } from './api-error.ts'
import type { NamespacedRef, ObjectRef } from './object-ref.ts'
import type { OpenIdReader } from './open-id.ts'

/** Reads one object live, past every cache. */
export interface ObjectReader {
  /** @returns The object as JSON, to be parsed by the caller. */
  getObject(
    resource: Resource,
    ref: ObjectRef,
    signal: AbortSignal,
  ): Promise<Result<unknown, ApiError>>
}

/** One write of a status. */
export interface StatusWrite {
  readonly resource: Resource
  readonly ref: ObjectRef
  /** Version of the object that was decided on. If it is no longer current the answer is `conflict`. */
  readonly resourceVersion: string
  /** All fields that the relay owns: fields that it owned before and omits now are removed. */
  readonly status: object
}

/** Writes a status by server-side apply, with `force`: other managers' fields stay as they are. */
export interface StatusWriter {
  /** @returns The object after the write, as JSON. */
  applyStatus(write: StatusWrite, signal: AbortSignal): Promise<Result<unknown, ApiError>>
}

/** A Secret in one of its versions. */
export interface Secret {
  readonly resourceVersion: string
  /** Decoded. */
  readonly data: Readonly<Record<string, Uint8Array>>
}

/** Reads one Secret live. */
export interface SecretReader {
  readSecret(ref: ObjectRef, signal: AbortSignal): Promise<Result<Secret, ApiError>>
}

/** That an event happened again. */
export interface EventSeries {
  /** How often in all; the API server takes 2 and more. */
  readonly count: number
  /** MicroTime. */
  readonly lastObservedTime: string
}

/** An object of `events.k8s.io/v1`, complete except for apiVersion and kind. */
export interface EventObject {
  readonly metadata: { readonly name: string; readonly namespace: string }
  /** MicroTime: RFC 3339 in UTC with exactly six fractional digits. */
  readonly eventTime: string
  readonly reportingController: string
  readonly reportingInstance: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly action: string
  readonly note: string
  /** The object that the event is about (core/v1 ObjectReference). */
  readonly regarding: {
    readonly apiVersion: string
    readonly kind: string
    readonly name: string
    /** Absent for a cluster-scoped object. */
    readonly namespace?: string
    readonly uid: string
    readonly resourceVersion?: string
  }
  /** The one part that may change once the event exists. Absent: it happened once. */
  readonly series?: EventSeries
}

/** Writes events. */
export interface EventWriter {
  /** A name that is taken is a `conflict`. */
  createEvent(event: EventObject, signal: AbortSignal): Promise<Result<void, ApiError>>
  /** Sets the series of an event. The API server forgets events after an hour: then it is `not-found`. */
  updateEventSeries(
    ref: ObjectRef,
    series: EventSeries,
    signal: AbortSignal,
  ): Promise<Result<void, ApiError>>
}

/** What the spec of a Lease (coordination.k8s.io/v1) says. */
export interface LeaseSpec {
  /** Empty if the lease is free. */
  readonly holderIdentity: string
  /** How long after its last renewal others must leave it alone. */
  readonly leaseDurationSeconds: number
  /** MicroTime, informational: clocks of different machines are not compared. */
  readonly acquireTime?: string | undefined
  readonly renewTime?: string | undefined
  /** How often the holder changed. */
  readonly leaseTransitions: number
}

/** A Lease in one of its versions. */
export interface Lease {
  readonly resourceVersion: string
  readonly spec: LeaseSpec
}

/** Reads and writes a Lease; a write is refused as `conflict` after another write. */
export interface LeaseStore {
  getLease(ref: ObjectRef, signal: AbortSignal): Promise<Result<Lease, ApiError>>
  createLease(
    ref: ObjectRef,
    spec: LeaseSpec,
    signal: AbortSignal,
  ): Promise<Result<Lease, ApiError>>
  /** @param lease - The version that is replaced, and the new spec. */
  updateLease(ref: ObjectRef, lease: Lease, signal: AbortSignal): Promise<Result<Lease, ApiError>>
}

/** The user of a token (authentication.k8s.io/v1 UserInfo). */
export interface Caller {
  readonly username: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** Authenticates and authorizes callers of this process. */
export interface AccessReviewer {
  /** @returns `undefined` for a token that is not valid. */
  reviewToken(token: string, signal: AbortSignal): Promise<Result<Caller | undefined, ApiError>>
  /** @returns Whether RBAC lets the caller do this; `path` is no resource of the API: `/metrics`. */
  reviewAccess(
    access: { readonly caller: Caller; readonly path: string; readonly verb: string },
    signal: AbortSignal,
  ): Promise<Result<boolean, ApiError>>
}

/** A request for a token of a ServiceAccount. */
export interface TokenRequest {
  readonly serviceAccount: NamespacedRef
  readonly audience: string
  /** Binds the token to this Pod, which must run as the ServiceAccount: the API server rejects it without the Pod. */
  readonly pod?: PodIdentity | undefined
}

/** A Pod in its ServiceAccount's namespace. */
export interface PodIdentity {
  readonly name: string
  readonly uid: string
}

/** Requests tokens of ServiceAccounts (authentication.k8s.io/v1). */
export interface TokenRequester {
  /** @returns A JWT for one audience and at most an hour. */
  requestToken(request: TokenRequest, signal: AbortSignal): Promise<Result<string, ApiError>>
  /** @returns The user that the API server takes this process for. */
  whoAmI(signal: AbortSignal): Promise<Result<Caller, ApiError>>
}

/** An object as it came, with the two facts that a cache needs. */
export interface RawObject {
  /** See `objectKey`. */
  readonly key: string
  readonly resourceVersion: string
  /** The whole object as JSON, not yet checked. */
  readonly body: unknown
}

/** A piece of a listing, as it comes. */
export interface ListPart {
  readonly objects: readonly RawObject[]
  /** Version of the whole listing: watch from here. The last part has it, others may not know it yet. */
  readonly resourceVersion?: string
}

/** What a watch reports. `changed` is a new object as well as a new state of a known one. */
export type WatchEvent =
  | { readonly kind: 'changed' | 'deleted'; readonly object: RawObject }
  /** Nothing happened up to this version: a later watch may begin here. */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }

/** One collection of objects, to be listed and watched. */
export interface ListWatch {
  /** One consistent listing, part by part. An error is the last item. */
  list(signal: AbortSignal): AsyncIterable<Result<ListPart, ApiError>>
  /**
   * One stream of changes after `resourceVersion`. An error is the last item; a stream that ends
   * without one was closed in order, and a new one may begin after the last version seen.
   */
  watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<Result<WatchEvent, ApiError>>
}

/** Which collection. */
export interface Collection {
  readonly resource: Resource
  /** All namespaces when absent. */
  readonly namespace?: string
  /**
   * Asks the API server for less. A server that does not support it is asked without it from then on,
   * so callers must expect objects that do not match.
   */
  readonly fieldSelector?: string
}

/** The connection to one API server. */
export interface Kube
  extends
    ObjectReader,
    StatusWriter,
    SecretReader,
    EventWriter,
    LeaseStore,
    AccessReviewer,
    TokenRequester,
    Pick<OpenIdReader, 'readTokenKeys'> {
  listWatch(collection: Collection): ListWatch
  /** Closes the connections; calls under way fail. */
  close(): Promise<void>
}
