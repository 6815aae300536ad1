import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import type { AnyRequest } from '../api/request.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
import type { ApiError } from '../kube/api-error.ts'
import { objectKey, refOfKey } from '../kube/object-ref.ts'
import type { ObjectReader } from '../kube/ports.ts'
import type { RecentObjects } from '../watch/recent-objects.ts'
import type { Store } from '../watch/store.ts'
import type { RequestAdapter } from './request-adapter.ts'

/** Dependencies of a {@link RequestReader}. */
export interface RequestReaderDeps<R extends AnyRequest> {
  readonly adapter: RequestAdapter<R>
  /** The requests as last seen, by {@link requestIndex}, without the fields that are not kept. */
  readonly store: Store<R>
  /** Whole requests that were seen recently. */
  readonly recent: RecentObjects<R>
  readonly kube: ObjectReader
}

/** Reads the requests of one kind, from memory or live. */
export class RequestReader<R extends AnyRequest> {
  readonly #deps: RequestReaderDeps<R>

  constructor(deps: RequestReaderDeps<R>) {
    this.#deps = deps
  }

  /** @returns The request as last seen; if `isPartial`, not enough to sign it. */
  get(key: string): R | undefined {
    const { store, recent } = this.#deps
    const kept = store.get(key)
    return kept === undefined ? undefined : (recent.get(kept) ?? kept)
  }

  /** @returns The request from the API server; `undefined` if it is deleted. */
  async getLive(key: string, signal: AbortSignal): Promise<Result<R | undefined, ApiError>> {
    const { adapter, kube } = this.#deps
    const live = await kube.getObject(adapter.resource, refOfKey(key), signal)
    if (!live.ok) return live.error.kind === 'not-found' ? ok(undefined) : live
    const request = adapter.schema.safeParse(live.value)
    return request.success
      ? ok(request.data)
      : err({ kind: 'invalid', message: z.prettifyError(request.error) })
  }

  /** @returns Keys of the requests that name this issuer. */
  keysOf(issuer: OurIssuerRef): readonly string[] {
    return this.#deps.store.keysBy(issuerIndex(issuer))
  }

  /** @returns The lifetimes that requests of this issuer ask for, in milliseconds. */
  lifetimesMs(issuer: OurIssuerRef): readonly number[] {
    const { adapter, store } = this.#deps
    return this.keysOf(issuer).flatMap((key) => {
      const request = store.get(key)
      return request === undefined ? [] : (adapter.lifetimeMs(request) ?? [])
    })
  }
}

/** @returns The index of a store of requests: the issuer that a request names. */
export const requestIndex =
  <R extends AnyRequest>(adapter: RequestAdapter<R>) =>
  (request: R): string | undefined => {
    const issuer = adapter.issuerRef(request)
    return issuer === undefined ? undefined : issuerIndex(issuer)
  }

const issuerIndex = (issuer: OurIssuerRef): string => `${issuer.kind} ${objectKey(issuer)}`
