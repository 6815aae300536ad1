/**
 * What an exec plugin is given and what it answers: `ExecCredential` of `client.authentication.k8s.io`
 * (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/).
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseYaml } from './parse-yaml.ts'
import type { Cluster } from './schema.ts'

/** Reserved name of the extension of a cluster that plugins are given. */
const CLUSTER_EXTENSION = 'client.authentication.k8s.io/exec'

const MAX_QUOTED = 100

/** What a plugin is to know. */
export interface ExecRequest {
  readonly apiVersion: string
  /** Whether standard input is passed to it. */
  readonly isInteractive: boolean
  /** Present with `provideClusterInfo`. */
  readonly cluster?: { readonly value: Cluster; readonly caPem: string }
}

/** @returns The value of `KUBERNETES_EXEC_INFO`. */
export function execInfo({ apiVersion, isInteractive, cluster }: ExecRequest): string {
  const spec = {
    ...(cluster === undefined ? {} : { cluster: clusterInfo(cluster.value, cluster.caPem) }),
    interactive: isInteractive,
  }
  return JSON.stringify({ kind: 'ExecCredential', apiVersion, spec })
}

function clusterInfo(cluster: Cluster, caPem: string): object {
  const extension = cluster.extensions.find(({ name }) => name === CLUSTER_EXTENSION)?.extension
  const optional = {
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': Buffer.from(caPem).toString('base64'),
    'proxy-url': cluster['proxy-url'],
    'disable-compression': cluster['disable-compression'],
  }
  return {
    server: cluster.server,
    ...Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== '' && value !== false),
    ),
    config: extension ?? null,
  }
}

/** Who to be, as a plugin says. */
export interface ExecCredential {
  readonly token?: string
  /** PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** Epoch milliseconds; absent: valid until the API server refuses it. */
  readonly expiresAtMs?: number
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const credentialSchema = z.object({
  kind: z.literal('ExecCredential'),
  apiVersion: z.string(),
  status: z.object({
    token: text,
    clientCertificateData: text,
    clientKeyData: text,
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
})

/**
 * Reads what a plugin wrote to standard output.
 *
 * @param apiVersion - That of the kubeconfig; the answer must have the same.
 * @returns An error text that quotes nothing of the output, which holds secrets.
 */
export function parseExecCredential(
  output: string,
  apiVersion: string,
): Result<ExecCredential, string> {
  const yaml = parseYaml(output)
  const parsed = credentialSchema.safeParse(yaml.ok ? yaml.value : undefined)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const at =
      issue === undefined || issue.path.length === 0
        ? ''
        : ` (${issue.path.join('.')}: ${issue.message})`
    return err(`wrote no ExecCredential with a status to standard output${at}`)
  }
  const { data } = parsed
  if (data.apiVersion === apiVersion) return credentialOf(data.status)
  return err(
    `answered with the apiVersion ${JSON.stringify(data.apiVersion.slice(0, MAX_QUOTED))}; expected ${apiVersion}, as in the kubeconfig`,
  )
}

function credentialOf(
  status: z.output<typeof credentialSchema>['status'],
): Result<ExecCredential, string> {
  const { token, clientCertificateData: cert, clientKeyData: key } = status
  if (token === '' && cert === '' && key === '') {
    return err('answered with neither a token nor a client certificate')
  }
  if ((cert === '') !== (key === '')) {
    return err('answered with a client certificate or its key, but not with both')
  }
  const expiration = status.expirationTimestamp ?? undefined
  return ok({
    ...(token === '' ? {} : { token }),
    ...(cert === '' ? {} : { certificate: { cert, key } }),
    ...(expiration === undefined ? {} : { expiresAtMs: Date.parse(expiration) }),
  })
}
