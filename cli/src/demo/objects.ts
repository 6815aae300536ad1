/**
 * The objects of the demo in the cluster: credentials, issuers, Certificates.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { DemoCluster } from './cluster.ts'
import { RELAY_SERVICE_ACCOUNT } from './relay.ts'
import type { DemoSigner } from './signer.ts'
import { seconds, type Steps } from './steps.ts'

/** Kinds of issuers, as in an issuerRef. */
export type IssuerKind = 'Issuer' | 'ClusterIssuer'

/** The namespace of the Issuer and of both Certificates. */
export const NAMESPACE = 'demo'
/** Both kinds of issuers; each issues one Certificate. */
export const KINDS: readonly IssuerKind[] = ['Issuer', 'ClusterIssuer']
/** API group of the issuers. */
const GROUP = 'edge-issuer.dev'
/** The Secret with the client's key. */
const SECRET = 'edge-client'
/** The name of the issuer of each kind. */
export const ISSUER_NAME = 'edge'

const manifestSchema = z.looseObject({ stringData: z.record(z.string(), z.string()) })

/** Applies manifests server-side. */
export const apply = async (cluster: DemoCluster, yaml: string): Promise<unknown> =>
  cluster.kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], yaml)

/** Creates a Secret with the client's key for each issuer, and binds the role with which the relay reads it. */
export async function giveCredentials(cluster: DemoCluster, signer: DemoSigner): Promise<void> {
  const { namespace, name } = RELAY_SERVICE_ACCOUNT
  await apply(cluster, `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${NAMESPACE}\n`)
  const binding = await cluster.kubectl([
    'create',
    'rolebinding',
    'edge-issuer-credential-reader',
    `--namespace=${NAMESPACE}`,
    '--clusterrole=edge-issuer-credential-reader',
    `--serviceaccount=${namespace}:${name}`,
    '--dry-run=client',
    '--output=yaml',
  ])
  const secret = manifestSchema.parse(parse(await readFile(signer.clientKeyFile, 'utf8')))
  const secrets = [NAMESPACE, namespace].map((one) =>
    stringify({ ...secret, metadata: { name: SECRET, namespace: one } }),
  )
  await apply(cluster, [binding, ...secrets].join('---\n'))
}

/** Creates an issuer of each kind and waits until both are Ready. */
export async function createIssuers(cluster: DemoCluster, signer: DemoSigner): Promise<void> {
  const issuers = KINDS.map((kind) =>
    stringify({
      apiVersion: `${GROUP}/v1alpha1`,
      kind,
      metadata: { name: ISSUER_NAME, ...(kind === 'Issuer' ? { namespace: NAMESPACE } : {}) },
      spec: {
        url: signer.url,
        authSecretName: SECRET,
        caBundle: Buffer.from(signer.tlsCaPem).toString('base64'),
      },
    }),
  )
  await apply(cluster, issuers.join('---\n'))
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
