/**
 * Our API group and the resources the relay touches, as data.
 *
 * @module
 */

/** Group of our issuers; part of every issuerRef, so it can never be renamed. */
export const GROUP = 'edge-issuer.dev'

/** The one served version. */
export const VERSION = 'v1alpha1'

/** Field manager of every status write. */
export const FIELD_MANAGER = 'edge-issuer.dev'

/** `reportingController` of every Event. */
export const REPORTING_CONTROLLER = `${GROUP}/relay`

/** A kind of resource, as the API server addresses it. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

export const ISSUER: Resource = {
  group: GROUP,
  version: VERSION,
  kind: 'Issuer',
  plural: 'issuers',
  namespaced: true,
}

export const CLUSTER_ISSUER: Resource = {
  group: GROUP,
  version: VERSION,
  kind: 'ClusterIssuer',
  plural: 'clusterissuers',
  namespaced: false,
}

export const CERTIFICATE_REQUEST: Resource = {
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'CertificateRequest',
  plural: 'certificaterequests',
  namespaced: true,
}

export const CERTIFICATE_SIGNING_REQUEST: Resource = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  namespaced: false,
}

export const SECRET: Resource = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
}

export const EVENT: Resource = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
}

export const LEASE: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
}

/**
 * Selects our requests on the server: cert-manager 1.20 and newer declare the selectable field;
 * older ones answer 400 and everything is read.
 */
export const OUR_REQUESTS_FIELD_SELECTOR = `spec.issuerRef.group=${GROUP}`

/** Signers of Kubernetes itself (pkg/apis/certificates/types.go): in most clusters, most requests are theirs. */
const KUBERNETES_SIGNERS = [
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/legacy-unknown',
] as const

/**
 * Keeps the requests of Kubernetes itself on the server. A selector can name whole signer names only,
 * and ours end in the names of issuers: choosing them would take a watch for each issuer, and would
 * miss the requests that came before their issuer. So the selector excludes the others instead.
 */
export const FOREIGN_SIGNERS_FIELD_SELECTOR = KUBERNETES_SIGNERS.map(
  (signer) => `spec.signerName!=${signer}`,
).join()

/** `apiVersion` of `resource`. */
export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`

/** Selects one object of a collection. To watch with it, `watch` on that one name is permission enough. */
export const fieldSelectorOf = (name: string): string => `metadata.name=${name}`
