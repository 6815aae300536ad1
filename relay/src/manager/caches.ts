/**
 * The caches: our issuers, and the requests that name them, each filled by an informer.
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
import { ourIssuerRef } from '../core/issuer-ref.ts'
import { keptIssuer } from '../core/kept-objects.ts'
import { readSignerName } from '../core/signer-name.ts'
import type { Kube } from '../kube/ports.ts'
import { CERTIFICATE_REQUESTS } from '../requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../requests/certificate-signing-request.ts'
import type { RequestAdapter } from '../requests/request-adapter.ts'
import { requestIndex } from '../requests/request-reader.ts'
import { RecentObjects } from '../watch/recent-objects.ts'
import { Reflector, type ReflectorOptions } from '../watch/reflector.ts'
import { Store } from '../watch/store.ts'

/** One store for each collection; requests are indexed by the issuer that they name, Issuers by their namespace. */
export interface Caches {
  readonly issuers: Readonly<Record<IssuerKind, Store<Issuer>>>
  readonly requests: Store<CertificateRequest>
  /** Empty if CertificateSigningRequests are disabled. */
  readonly signingRequests: Store<CertificateSigningRequest>
  /** Whole requests that were seen recently. */
  readonly recent: {
    readonly requests: RecentObjects<CertificateRequest>
    readonly signingRequests: RecentObjects<CertificateSigningRequest>
  }
}

/** Fills one store. */
export type Informer = Pick<
  Reflector<unknown>,
  'hasSynced' | 'isAlive' | 'name' | 'omitted' | 'run' | 'synced'
>

/** The informers, to be run. */
export interface Informers {
  readonly all: readonly Informer[]
  /**
   * Those that must have synced before any object is reconciled. CertificateSigningRequests are not among them: a
   * relay without permission to read them still signs CertificateRequests.
   */
  readonly required: readonly Informer[]
}

/** Empty stores, for as many objects as the heap has room for. */
export const createCaches = (capacity: Capacity): Caches => ({
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

const requestStore = <R extends AnyRequest>(adapter: RequestAdapter<R>, bytes: number): Store<R> =>
  new Store<R>({
    indexBy: requestIndex(adapter),
    limits: { total: bytes, weightOf: keptBytes },
  })

/**
 * @returns What fills the stores. Nothing fills those of ClusterIssuers and CertificateSigningRequests
 *   where one namespace is watched: they belong to none. The latter also not where they are not to be
 *   signed.
 */
export function createInformers(
  { issuers, requests, signingRequests, recent }: Caches,
  kube: Pick<Kube, 'listWatch'>,
  options: InformerOptions,
): Informers {
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
    ...informerOf(CERTIFICATE_REQUESTS, recent.requests),
    source: kube.listWatch({
      resource: CERTIFICATE_REQUESTS.resource,
      fieldSelector: OUR_REQUESTS_FIELD_SELECTOR,
      ...place,
    }),
    store: requests,
    // Another relay may serve ClusterIssuers where this one watches a single namespace.
    isForeign: isForeignBy(requestClaimSchema, (claim) => {
      // A kind of our group that is unknown is kept, to be reported.
      if (isWholeCluster) return claim.spec.issuerRef.group !== GROUP
      return ourIssuerRef(claim)?.kind !== 'Issuer'
    }),
  })
  const required: readonly Informer[] = isWholeCluster
    ? [ofIssuers('Issuer'), ofIssuers('ClusterIssuer'), ofRequests]
    : [ofIssuers('Issuer'), ofRequests]
  if (!isWholeCluster || !enableCertificateSigningRequests) return { all: required, required }
  const ofSigningRequests = new Reflector({
    ...options,
    ...informerOf(CERTIFICATE_SIGNING_REQUESTS, recent.signingRequests),
    source: kube.listWatch({
      resource: CERTIFICATE_SIGNING_REQUESTS.resource,
      fieldSelector: FOREIGN_SIGNERS_FIELD_SELECTOR,
    }),
    store: signingRequests,
    isForeign: isForeignBy(
      signingRequestClaimSchema,
      ({ spec }) => readSignerName(spec.signerName).kind === 'foreign',
    ),
  })
  return { all: [...required, ofSigningRequests], required }
}

/** Options of {@link createInformers}. */
interface InformerOptions extends Pick<ReflectorOptions<unknown>, 'clock' | 'random' | 'log'> {
  readonly config: Pick<Config, 'enableCertificateSigningRequests' | 'watchNamespace'>
}

const informerOf = <R extends AnyRequest>(
  adapter: RequestAdapter<R>,
  recent: RecentObjects<R>,
): Pick<ReflectorOptions<R>, 'name' | 'slim'> => ({
  name: adapter.resource.plural,
  slim: readBy(adapter.schema, (request) => {
    // A request with a certificate is not signed.
    if (request.status.hasCertificate) recent.delete(request.metadata.uid)
    else recent.put(request)
    return adapter.kept(request)
  }),
})

/** An object without a valid reference to its signer may be ours: it is reported as invalid. */
const isForeignBy =
  <T>(claim: ZodType<T>, isForeign: (claim: T) => boolean) =>
  (body: unknown): boolean => {
    const read = claim.safeParse(body)
    return read.success && isForeign(read.data)
  }

const readBy =
  <T>(schema: ZodType<T>, kept: (whole: T) => T) =>
  (body: unknown): Result<T, string> => {
    const read = schema.safeParse(body)
    return read.success ? ok(kept(read.data)) : err(z.prettifyError(read.error))
  }
