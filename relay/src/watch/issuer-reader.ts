import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import {
  caBundleHash,
  type Issuer,
  type IssuerDetails,
  issuerDetailsSchema,
  type IssuerKind,
} from '../api/issuer.ts'
import { issuerRefOf, type OurIssuerRef } from '../core/issuer-ref.ts'
import { keptUrl } from '../core/kept-objects.ts'
import type { ApiError } from '../kube/api-error.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { ObjectReader } from '../kube/ports.ts'
import type { Store } from './store.ts'

/** Reads issuers of both kinds, from memory or live. */
export class IssuerReader {
  readonly #stores: Readonly<Record<IssuerKind, Store<Issuer>>>
  readonly #kube: ObjectReader

  constructor(stores: Readonly<Record<IssuerKind, Store<Issuer>>>, kube: ObjectReader) {
    this.#stores = stores
    this.#kube = kube
  }

  /** @returns The issuer as last seen. */
  find(ref: OurIssuerRef): Issuer | undefined {
    return this.#stores[ref.kind].get(objectKey(ref))
  }

  /**
   * Reads from the API server what is not kept in memory.
   *
   * @param issuer - As last seen.
   * @returns A conflict if the issuer names another worker by now; the watch will report the change.
   */
  async readDetails(issuer: Issuer, signal: AbortSignal): Promise<Result<IssuerDetails, ApiError>> {
    const { kind, namespace, name } = issuerRefOf(issuer)
    const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
    const ref = namespace === undefined ? { name } : { namespace, name }
    const live = await this.#kube.getObject(resource, ref, signal)
    if (!live.ok) return live
    const details = issuerDetailsSchema.safeParse(live.value)
    if (!details.success) {
      return err({ kind: 'invalid', message: z.prettifyError(details.error) })
    }
    const { metadata, spec } = details.data
    const isSame =
      metadata.uid === issuer.metadata.uid &&
      keptUrl(spec.url) === keptUrl(issuer.spec.url) &&
      caBundleHash(spec.caBundle) === issuer.spec.caBundleHash
    return isSame ? ok(details.data) : err({ kind: 'conflict', message: 'the issuer has changed' })
  }
}
