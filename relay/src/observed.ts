/**
 * What the relay has seen of the cluster: our issuers, and the requests that name them.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z, type ZodType } from 'zod'
import { type CertificateRequest, certificateRequestSchema } from './api/certificate-request.ts'
import {
  CERTIFICATE_REQUEST,
  CLUSTER_ISSUER,
  ISSUER,
  OUR_REQUESTS_FIELD_SELECTOR,
} from './api/group.ts'
import { type Issuer, type IssuerKind, issuerSchema } from './api/issuer.ts'
import { type OurIssuerRef, ourIssuerRef } from './core/issuer-ref.ts'
import { objectKey } from './kube/object-ref.ts'
import type { Kube } from './kube/ports.ts'
import { Reflector, type ReflectorOptions } from './watch/reflector.ts'
import { Store } from './watch/store.ts'

/** One store a collection; requests can be found by the issuer that they name. */
export interface Observed {
  readonly issuers: Readonly<Record<IssuerKind, Store<Issuer>>>
  readonly requests: Store<CertificateRequest>
}

/** A reflector of any collection. */
export type Reading = Pick<Reflector<unknown>, 'hasSynced' | 'isAlive' | 'run' | 'synced'>

/** Empty stores. */
export const createObserved = (): Observed => ({
  issuers: { Issuer: new Store<Issuer>(), ClusterIssuer: new Store<Issuer>() },
  requests: new Store<CertificateRequest>((request) => {
    const ref = ourIssuerRef(request)
    return ref === undefined ? undefined : indexOf(ref)
  }),
})

/** @returns The issuer as last seen. */
export const findIssuer = ({ issuers }: Observed, ref: OurIssuerRef): Issuer | undefined =>
  issuers[ref.kind].get(objectKey(ref))

/** @returns Keys of the requests that name this issuer. */
export const requestKeysOf = ({ requests }: Observed, ref: OurIssuerRef): readonly string[] =>
  requests.keysBy(indexOf(ref))

/** @returns The requests that name `issuer`. */
export function requestsOf(
  { requests }: Observed,
  { kind, metadata: { namespace, name } }: Issuer,
): readonly CertificateRequest[] {
  const ref = kind === 'Issuer' ? { kind, namespace, name } : { kind, name }
  return requests.keysBy(indexOf(ref)).flatMap((key) => requests.get(key) ?? [])
}

/** @returns What fills the stores, once run. */
export function createReflectors(
  { issuers, requests }: Observed,
  kube: Kube,
  options: Pick<ReflectorOptions<unknown>, 'clock' | 'random' | 'log'>,
): readonly Reading[] {
  const ofIssuers = (kind: IssuerKind): Reflector<Issuer> => {
    const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
    return new Reflector({
      ...options,
      name: resource.plural,
      source: kube.listWatch({ resource }),
      store: issuers[kind],
      slim: readBy(issuerSchema),
      keep: () => true,
    })
  }
  const ofRequests = new Reflector({
    ...options,
    name: CERTIFICATE_REQUEST.plural,
    source: kube.listWatch({
      resource: CERTIFICATE_REQUEST,
      fieldSelector: OUR_REQUESTS_FIELD_SELECTOR,
    }),
    store: requests,
    slim: readBy(certificateRequestSchema),
    keep: (request) => ourIssuerRef(request) !== undefined,
  })
  return [ofIssuers('Issuer'), ofIssuers('ClusterIssuer'), ofRequests]
}

const indexOf = (ref: OurIssuerRef): string => `${ref.kind} ${objectKey(ref)}`

const readBy =
  <T>(schema: ZodType<T>) =>
  (body: unknown): Result<T, string> => {
    const read = schema.safeParse(body)
    return read.success ? ok(read.data) : err(z.prettifyError(read.error))
  }
