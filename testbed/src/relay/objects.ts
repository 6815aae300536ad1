/**
 * Manifests of users: issuers, their Secret, Certificates, and requests of both kinds.
 *
 * @module
 */
import { stringify } from 'yaml'

/** Kinds of issuer, as in an issuerRef. */
export type IssuerKind = 'Issuer' | 'ClusterIssuer'

const GROUP = 'edge-issuer.dev'

/** Name of the Secret in every manifest here. */
export const SECRET_NAME = 'edge-client'

/** The client's key as the Secret of an issuer. */
export const secretManifest = (namespace: string, privateKeyPem: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: SECRET_NAME, namespace },
    stringData: { 'private-key.pem': privateKeyPem },
  })

/** Lets the relay read the Secrets of a namespace. */
export const grantManifest = (namespace: string): string =>
  stringify({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'edge-issuer-credential-reader', namespace },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'edge-issuer-credential-reader',
    },
    subjects: [{ kind: 'ServiceAccount', name: 'edge-issuer-relay', namespace: 'edge-issuer' }],
  })

/** What an issuer manifest may say; the rest is right. */
export interface IssuerFields {
  readonly kind: IssuerKind
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly spec?: object
}

/** Where the relay finds a worker, and whom it trusts for that; an `EdgeSigner` is one. */
export interface IssuerTarget {
  readonly worker: { readonly url: string }
  /** PEM of the authority of the worker's TLS certificate. */
  readonly tlsCaPem: string
}

/** An issuer that points at a worker. */
export const issuerManifest = (
  { worker, tlsCaPem }: IssuerTarget,
  { kind, name, namespace, labels = {}, spec }: IssuerFields,
): string =>
  stringify({
    apiVersion: `${GROUP}/v1alpha1`,
    kind,
    metadata: { name, labels, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      url: worker.url,
      authSecretName: SECRET_NAME,
      caBundle: Buffer.from(tlsCaPem).toString('base64'),
      ...spec,
    },
  })

/** What a Certificate manifest may say. */
export interface CertificateFields {
  readonly name: string
  readonly namespace: string
  readonly issuer: { readonly kind: IssuerKind; readonly name: string }
  readonly spec?: object
}

/** A Certificate for `NAME.example.com` by one of our issuers. */
export const certificateManifest = ({ name, namespace, issuer, spec }: CertificateFields): string =>
  stringify({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace },
    spec: {
      secretName: `${name}-tls`,
      dnsNames: [`${name}.example.com`],
      privateKey: { algorithm: 'ECDSA', size: 256 },
      issuerRef: { group: GROUP, ...issuer },
      ...spec,
    },
  })

/** What a CertificateRequest manifest may say. */
export interface RequestFields {
  readonly name: string
  readonly namespace: string
  readonly labels?: Readonly<Record<string, string>>
  readonly csrPem: string
  readonly issuerRef: object
  readonly spec?: object
}

/** A CertificateRequest as cert-manager would make it. */
export const requestObject = ({
  name,
  namespace,
  labels = {},
  csrPem,
  issuerRef,
  spec,
}: RequestFields): object => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'CertificateRequest',
  metadata: { name, namespace, labels },
  spec: {
    request: Buffer.from(csrPem).toString('base64'),
    issuerRef,
    usages: ['digital signature', 'server auth'],
    ...spec,
  },
})

/** The same in YAML. */
export const requestManifest = (fields: RequestFields): string => stringify(requestObject(fields))

/** What a CertificateSigningRequest manifest may say. */
export interface SigningRequestFields {
  readonly name: string
  readonly csrPem: string
  /** ClusterIssuer `edge` of ours when absent. */
  readonly signerName?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly spec?: object
}

/** A Kubernetes CertificateSigningRequest, not yet approved. */
export const signingRequestManifest = ({
  name,
  csrPem,
  signerName = `clusterissuers.${GROUP}/edge`,
  annotations = {},
  spec,
}: SigningRequestFields): string =>
  stringify({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name, annotations },
    spec: {
      request: Buffer.from(csrPem).toString('base64'),
      signerName,
      usages: ['digital signature', 'server auth'],
      ...spec,
    },
  })
