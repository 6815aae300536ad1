import {
  certificateManifest,
  issuerManifest,
  type IssuerKind,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
/**
 * What a user of the cluster would apply.
 *
 * @module
 */
import { stringify } from 'yaml'

/** Where the Issuer and the Certificates are. */
export const NAMESPACE = 'kind-e2e'
/** Name of both issuers. */
export const ISSUER_NAME = 'edge'
export const KINDS: readonly IssuerKind[] = ['Issuer', 'ClusterIssuer']

/** A worker as pods reach it. */
export interface ReachableWorker {
  readonly url: string
  readonly port: number
  readonly caPem: string
  /** The client's private key, PKCS#8 PEM. */
  readonly clientKeyPem: string
}

/** Namespace, Secrets, leave to read them, leave to reach the worker's port, and both issuers. */
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

/** The policy that is shipped lets relays out to 443 only: a worker on another port wants a rule. */
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

/** A Certificate of the issuers. */
export const certificateOf = (name: string, kind: IssuerKind): string =>
  certificateManifest({ name, namespace: NAMESPACE, issuer: { kind, name: ISSUER_NAME } })
