/**
 * The objects of the demo in the cluster: a ServiceAccount, issuers, Certificates.
 *
 * @module
 */
import { stringify } from 'yaml'
import { z } from 'zod'
import type { DemoCluster, ServiceAccountRef } from './cluster.ts'
import { labelled, requireOwned } from './ownership.ts'
import { RELAY_SERVICE_ACCOUNT } from './relay.ts'
import { seconds, type Steps } from './steps.ts'

/** Kinds of issuers, as in an issuerRef. */
export type IssuerKind = 'Issuer' | 'ClusterIssuer'

/** The namespace of the Issuer and of both Certificates. */
export const NAMESPACE = 'demo'
/** Both kinds of issuers; each issues one Certificate. */
export const KINDS: readonly IssuerKind[] = ['Issuer', 'ClusterIssuer']
/** API group of the issuers. */
const GROUP = 'edge-issuer.dev'
/** The ServiceAccount whose tokens authenticate the relay for the Issuer. */
export const ISSUER_SERVICE_ACCOUNT: ServiceAccountRef = {
  namespace: NAMESPACE,
  name: 'edge-client',
}
/** The name of the issuer of each kind. */
export const ISSUER_NAME = 'edge'

/** Prints the issuer that goes with the client of the demo, by flags of `issuer manifest`. */
export type Manifests = (flags: readonly string[]) => Promise<string>

/** Applies manifests server-side, with the label of the demo. @throws Error if they have objects of others */
export async function apply(cluster: DemoCluster, yaml: string): Promise<void> {
  await requireOwned(cluster, yaml)
  await cluster.kubectl(['apply', '--server-side', '--filename=-'], labelled(yaml))
}

/** YAML of the ServiceAccount of the Issuer, whose tokens the relay may request. */
export function accountManifests(): string {
  const named = { metadata: { name: 'edge-issuer-token-requester', namespace: NAMESPACE } }
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...ISSUER_SERVICE_ACCOUNT } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      ...named,
      rules: [
        {
          apiGroups: [''],
          resources: ['serviceaccounts/token'],
          verbs: ['create'],
          resourceNames: [ISSUER_SERVICE_ACCOUNT.name],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      ...named,
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: named.metadata.name,
      },
      subjects: [{ kind: 'ServiceAccount', ...RELAY_SERVICE_ACCOUNT }],
    },
  ]
  return objects.map((object) => stringify(object)).join('---\n')
}

/** Creates an issuer of each kind, as the worker's command prints it, and waits until both are Ready. */
export async function createIssuers(cluster: DemoCluster, manifests: Manifests): Promise<void> {
  const texts = await Promise.all(
    KINDS.map(async (kind) => {
      const place = kind === 'Issuer' ? ['--namespace', NAMESPACE] : []
      return manifests(['--kind', kind, ...place, '--name', ISSUER_NAME])
    }),
  )
  await apply(cluster, texts.join('---\n'))
  for (const kind of KINDS) await ready(cluster, `${kind}.${GROUP}/${ISSUER_NAME}`)
}

/** Creates a new Certificate and measures the time until it is Ready. */
export async function issue(cluster: DemoCluster, steps: Steps, kind: IssuerKind): Promise<void> {
  const name = certificateName(kind)
  // Deletes objects of an earlier run: a cluster without a controller-manager has no garbage collection.
  const old = [`certificate/${name}`, `certificaterequest/${name}-1`, `secret/${name}-tls`]
  await cluster.kubectl(['delete', ...old, '-n', NAMESPACE, '--ignore-not-found'])
  const startMs = performance.now()
  await apply(cluster, certificateManifest(name, kind))
  await ready(cluster, `certificate/${name}`)
  const durationMs = performance.now() - startMs
  steps.done(
    `Certificate from the ${kind}: creation to Ready in ${seconds(durationMs)}`,
    durationMs,
  )
}

const certificateManifest = (name: string, kind: IssuerKind): string =>
  stringify({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      secretName: `${name}-tls`,
      dnsNames: [`${name}.example.com`],
      privateKey: { algorithm: 'ECDSA', size: 256 },
      issuerRef: { group: GROUP, kind, name: ISSUER_NAME },
    },
  })

const secretSchema = z.object({ data: z.object({ 'tls.crt': z.string() }) })

/** @returns The name of the Secret of a Certificate, and the PEM chain in it. */
export async function readChain(
  cluster: DemoCluster,
  kind: IssuerKind,
): Promise<{ readonly secret: string; readonly pem: string }> {
  const secret = `${certificateName(kind)}-tls`
  const json = await cluster.kubectl(['get', 'secret', secret, '-n', NAMESPACE, '-o', 'json'])
  const { data } = secretSchema.parse(JSON.parse(json))
  return { secret, pem: Buffer.from(data['tls.crt'], 'base64').toString() }
}

const certificateName = (kind: IssuerKind): string => `by-${kind.toLowerCase()}`

/** Waits for the condition Ready. The timeout is generous, since the demo only measures. */
const ready = async (cluster: DemoCluster, name: string): Promise<unknown> =>
  cluster.kubectl(['wait', name, '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s'])
