/**
 * What the relay has seen of the cluster: our issuers, and the requests that name them.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z, type ZodType } from 'zod'
import { type CertificateRequest, requestClaimSchema } from '../api/certificate-request.ts'
import {
  type CertificateSigningRequest,
  signingRequestClaimSchema,
} from '../api/certificate-signing-request.ts'
import {
  CLUSTER_ISSUER,
  FOREIGN_SIGNERS_FIELD_SELECTOR,
  GROUP,
  ISSUER,
  OUR_REQUESTS_FIELD_SELECTOR,
} from '../api/group.ts'
import { type Issuer, type IssuerKind, issuerSchema } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import type { Config } from '../config.ts'
import { type Capacity, keptBytes } from '../core/capacity.ts'
import { type OurIssuerRef, ourIssuerRef } from '../core/issuer-ref.ts'
import { keptIssuer } from '../core/kept-objects.ts'
import { readSignerName } from '../core/signer-name.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { Kube } from '../kube/ports.ts'
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  type RequestKind,
} from '../requests/request-adapter.ts'
import { RecentObjects } from '../watch/recent-objects.ts'
import { Reflector, type ReflectorOptions } from '../watch/reflector.ts'
import { Store } from '../watch/store.ts'

/** One store a collection; requests can be found by the issuer that they name, Issuers by their namespace. */
export interface Observed {
  readonly issuers: Readonly<Record<IssuerKind, Store<Issuer>>>
  readonly requests: Store<CertificateRequest>
  /** Stays empty where these are not to be signed. */
  readonly signingRequests: Store<CertificateSigningRequest>
  /** Whole requests, as far as they are kept. */
  readonly recent: {
    readonly requests: RecentObjects<CertificateRequest>
    readonly signingRequests: RecentObjects<CertificateSigningRequest>
  }
}

/** A reflector of any collection. */
export type Reading = Pick<
  Reflector<unknown>,
  'hasSynced' | 'isAlive' | 'name' | 'omitted' | 'run' | 'synced'
>

/** What fills the stores, once run. */
export interface Reflectors {
  readonly all: readonly Reading[]
  /**
   * Those that must have read everything before any object is worked on. CertificateSigningRequests are
   * not among them: a relay that may not read them still does its main job.
   */
  readonly awaited: readonly Reading[]
}

/** Empty stores, for as many objects as the heap has room for. */
export const createObserved = (capacity: Capacity): Observed => ({
  issuers: {
    Issuer: issuerStore(capacity.issuers),
    ClusterIssuer: issuerStore(capacity.clusterIssuers),
  },
  requests: requestStore(CERTIFICATE_REQUESTS, capacity.requests),
  signingRequests: requestStore(CERTIFICATE_SIGNING_REQUESTS, capacity.signingRequests),
  recent: { requests: new RecentObjects(), signingRequests: new RecentObjects() },
})

const issuerStore = (bytes: number): Store<Issuer> =>
  new Store<Issuer>({
    indexBy: ({ metadata }) => metadata.namespace,
    limits: { total: bytes, weightOf: keptBytes },
  })

const requestStore = <R extends AnyRequest>(
  { issuerRef }: RequestKind<R>,
  bytes: number,
): Store<R> =>
  new Store<R>({
    indexBy: (request) => {
      const ref = issuerRef(request)
      return ref === undefined ? undefined : indexOf(ref)
    },
    limits: { total: bytes, weightOf: keptBytes },
  })

/** @returns The issuer as last seen. */
export const findIssuer = ({ issuers }: Observed, ref: OurIssuerRef): Issuer | undefined =>
  issuers[ref.kind].get(objectKey(ref))

/** @returns Keys of the requests in one store that name this issuer. */
export const requestKeysOf = <R>(requests: Store<R>, ref: OurIssuerRef): readonly string[] =>
  requests.keysBy(indexOf(ref))

/**
 * @param signingKind - How CertificateSigningRequests are read, with or without their annotations.
 * @returns The lifetimes that requests of either kind ask of this issuer, in milliseconds.
 */
export const lifetimesAskedOf = (
  { requests, signingRequests }: Observed,
  ref: OurIssuerRef,
  signingKind: Pick<RequestKind<CertificateSigningRequest>, 'lifetimeMs'>,
): readonly number[] =>
  lifetimesIn(requests, CERTIFICATE_REQUESTS, ref).concat(
    lifetimesIn(signingRequests, signingKind, ref),
  )

const lifetimesIn = <R extends AnyRequest>(
  requests: Store<R>,
  { lifetimeMs }: Pick<RequestKind<R>, 'lifetimeMs'>,
  ref: OurIssuerRef,
): readonly number[] =>
  requestKeysOf(requests, ref).flatMap((key) => {
    const request = requests.get(key)
    return request === undefined ? [] : (lifetimeMs(request) ?? [])
  })

/**
 * @returns What fills the stores. Nothing fills those of ClusterIssuers and CertificateSigningRequests
 *   where one namespace is watched: they belong to none. The latter also not where they are not to be
 *   signed.
 */
export function createReflectors(
  { issuers, requests, signingRequests, recent }: Observed,
  kube: Pick<Kube, 'listWatch'>,
  options: ReadingOptions,
): Reflectors {
  const { enableCertificateSigningRequests, watchNamespace } = options.config
  const isWholeCluster = watchNamespace === ''
  const place = isWholeCluster ? {} : { namespace: watchNamespace }
  const ofIssuers = (kind: IssuerKind): Reflector<Issuer> => {
    const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
    return new Reflector({
      ...options,
      name: resource.plural,
      source: kube.listWatch({ resource, ...place }),
      store: issuers[kind],
      slim: readBy(issuerSchema, keptIssuer),
      isForeign: () => false,
    })
  }
  const ofRequests = new Reflector({
    ...options,
    ...reading(CERTIFICATE_REQUESTS, recent.requests),
    source: kube.listWatch({
      resource: CERTIFICATE_REQUESTS.resource,
      fieldSelector: OUR_REQUESTS_FIELD_SELECTOR,
      ...place,
    }),
    store: requests,
    // Beside a relay that looks at one namespace there may be another one for ClusterIssuers.
    isForeign: told(requestClaimSchema, (claim) => {
      // A kind of our group that is unknown is kept, to be reported.
      if (isWholeCluster) return claim.spec.issuerRef.group !== GROUP
      return ourIssuerRef(claim)?.kind !== 'Issuer'
    }),
  })
  const awaited: readonly Reading[] = isWholeCluster
    ? [ofIssuers('Issuer'), ofIssuers('ClusterIssuer'), ofRequests]
    : [ofIssuers('Issuer'), ofRequests]
  if (!isWholeCluster || !enableCertificateSigningRequests) return { all: awaited, awaited }
  const ofSigningRequests = new Reflector({
    ...options,
    ...reading(CERTIFICATE_SIGNING_REQUESTS, recent.signingRequests),
    source: kube.listWatch({
      resource: CERTIFICATE_SIGNING_REQUESTS.resource,
      fieldSelector: FOREIGN_SIGNERS_FIELD_SELECTOR,
    }),
    store: signingRequests,
    isForeign: told(
      signingRequestClaimSchema,
      ({ spec }) => readSignerName(spec.signerName).kind === 'foreign',
    ),
  })
  return { all: [...awaited, ofSigningRequests], awaited }
}

/** What reflectors are made of. */
interface ReadingOptions extends Pick<ReflectorOptions<unknown>, 'clock' | 'random' | 'log'> {
  readonly config: Pick<Config, 'enableCertificateSigningRequests' | 'watchNamespace'>
}

const reading = <R extends AnyRequest>(
  { resource, schema, kept }: RequestKind<R>,
  recent: RecentObjects<R>,
): Pick<ReflectorOptions<R>, 'name' | 'slim'> => ({
  name: resource.plural,
  slim: readBy(schema, (request) => {
    // One that is finished is not signed.
    if (request.status.hasCertificate) recent.delete(request.metadata.uid)
    else recent.put(request)
    return kept(request)
  }),
})

/** An object that does not say whose it is may be ours: it is not valid, which is to be told. */
const told =
  <T>(claim: ZodType<T>, isForeign: (claim: T) => boolean) =>
  (body: unknown): boolean => {
    const read = claim.safeParse(body)
    return read.success && isForeign(read.data)
  }

const indexOf = (ref: OurIssuerRef): string => `${ref.kind} ${objectKey(ref)}`

const readBy =
  <T>(schema: ZodType<T>, kept: (whole: T) => T) =>
  (body: unknown): Result<T, string> => {
    const read = schema.safeParse(body)
    return read.success ? ok(kept(read.data)) : err(z.prettifyError(read.error))
  }
