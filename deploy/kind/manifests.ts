import {
  certificateManifest,
  issuerManifest,
  type IssuerKind,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
/**
 * Objects that the end-to-end test applies.
 *
 * @module
 */
import { stringify } from 'yaml'

/** Namespace of the Issuer and the Certificates. */
export const NAMESPACE = 'kind-e2e'
/** Name of both issuers. */
export const ISSUER_NAME = 'edge'
export const KINDS: readonly IssuerKind[] = ['Issuer', 'ClusterIssuer']

/** Address and credentials of the worker for pods. */
export interface ReachableWorker {
  readonly url: string
  readonly port: number
  readonly caPem: string
  /** The client's private key, PKCS#8 PEM. */
  readonly clientKeyPem: string
}

/** Namespace, Secrets, permission to read them, network access to the worker, and both issuers. */
export const setupManifest = (worker: ReachableWorker): string =>
  [
    stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }),
    stringify(credentialReader()),
    stringify(workerEgress(worker.port)),
    ...[NAMESPACE, RELAY_SERVICE_ACCOUNT.namespace].map((namespace) =>
      secretManifest(namespace, worker.clientKeyPem),
    ),
    ...KINDS.map((kind) =>
      issuerManifest(
        { worker, tlsCaPem: worker.caPem },
        {
          kind,
          name: ISSUER_NAME,
          ...(kind === 'Issuer' ? { namespace: NAMESPACE } : {}),
        },
      ),
    ),
  ].join('---\n')

const credentialReader = (): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'edge-issuer-credential-reader', namespace: NAMESPACE },
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'edge-issuer-credential-reader',
  },
  subjects: [{ kind: 'ServiceAccount', ...RELAY_SERVICE_ACCOUNT }],
})

/** Allows the worker's port, since the shipped NetworkPolicy allows 443 only. */
const workerEgress = (port: number): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'worker-on-this-machine', namespace: RELAY_SERVICE_ACCOUNT.namespace },
  spec: {
    podSelector: { matchLabels: { 'app.kubernetes.io/component': 'relay' } },
    policyTypes: ['Egress'],
    egress: [{ ports: [{ port, protocol: 'TCP' }] }],
  },
})

/** A Certificate from an issuer of this kind. */
export const certificateOf = (name: string, kind: IssuerKind): string =>
  certificateManifest({ name, namespace: NAMESPACE, issuer: { kind, name: ISSUER_NAME } })
