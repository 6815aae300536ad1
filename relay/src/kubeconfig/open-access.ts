/**
 * Finds the API server and the credentials for it, as kubectl does.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { err, ok, type Result } from '@edge-issuer/shared'
import { oneLine } from '../api/one-line.ts'
import { readProxyVariables } from '../net/proxy.ts'
import type { Clock } from '../queue/clock.ts'
import { type Access, createAccess, type TlsMaterial } from './access.ts'
import { cachedFile, inlineText, type TextSource } from './cached-file.ts'
import { readEndpoint } from './endpoint.ts'
import type { PluginSurroundings } from './exec-plugin.ts'
import type { KubeconfigFiles } from './find-files.ts'
import { impersonationHeaders } from './impersonation.ts'
import { ANONYMOUS, userLogin } from './login.ts'
import { podAccess } from './pod-access.ts'
import { type Entry, readKubeconfig } from './read-kubeconfig.ts'
import type { Cluster } from './schema.ts'
import { type Selection, selectContext } from './select-context.ts'
import { userProblem } from './validate-user.ts'

/** Where to look. */
export interface OpenAccessOptions {
  /** Absent: the service account of the Pod. */
  readonly kubeconfig: KubeconfigFiles | undefined
  /** A context of the kubeconfig; empty for its current one. */
  readonly context: string
  readonly clock: Clock
  readonly surroundings: PluginSurroundings
}

/** An API server and what to warn of. */
export interface OpenedAccess {
  readonly access: Access
  readonly warnings: readonly string[]
}

const MAX_ERROR_CHARACTERS = 4_096

/**
 * Reads every file and runs the exec plugin, if there is one: what is wrong with them is found here.
 * Nothing is sent.
 *
 * @returns An error text for the operator, which names the file and the entry and quotes no secret.
 */
export async function openAccess(
  options: OpenAccessOptions,
): Promise<Result<OpenedAccess, string>> {
  const { kubeconfig, clock, surroundings } = options
  const opened =
    kubeconfig === undefined
      ? withoutWarnings(podAccess({ environment: surroundings.environment, clock }))
      : await kubeconfigAccess(kubeconfig, options)
  if (!opened.ok) return opened
  const problem = await credentialsProblem(opened.value.access)
  if (problem === undefined) return opened
  opened.value.access.close()
  return err(problem)
}

const withoutWarnings = (access: Result<Access, string>): Result<OpenedAccess, string> =>
  access.ok ? ok({ access: access.value, warnings: [] }) : access

async function kubeconfigAccess(
  files: KubeconfigFiles,
  options: OpenAccessOptions,
): Promise<Result<OpenedAccess, string>> {
  const kubeconfig = await readKubeconfig(files)
  if (!kubeconfig.ok) return kubeconfig
  if (kubeconfig.value.files.length === 0) {
    return err(
      `none of the kubeconfigs that KUBECONFIG names exists: ${kubeconfig.value.missing.join(', ')}`,
    )
  }
  const selection = selectContext(kubeconfig.value, options.context)
  return selection.ok ? selectionAccess(selection.value, options) : selection
}

function selectionAccess(
  { cluster, user }: Selection,
  { clock, surroundings }: OpenAccessOptions,
): Result<OpenedAccess, string> {
  const endpoint = readEndpoint(cluster)
  if (!endpoint.ok) return endpoint
  const problem = user === undefined ? undefined : userProblem(user)
  if (problem !== undefined) return err(problem)
  const { server, proxy } = endpoint.value
  const variables = readProxyVariables(surroundings.environment)
  if (proxy === undefined && !variables.ok) return variables
  const authority = authorityOf(cluster, clock)
  const isVerified = !cluster.value['insecure-skip-tls-verify']
  const login =
    user === undefined
      ? ANONYMOUS
      : userLogin({ user, cluster: cluster.value, authority, clock, surroundings })
  const access = createAccess({
    server,
    authority,
    login,
    headers: user === undefined ? {} : impersonationHeaders(user.value),
    tlsServerName: cluster.value['tls-server-name'],
    isVerified,
    proxyFor: proxy === undefined && variables.ok ? variables.value : () => proxy,
  })
  return ok({
    access,
    warnings: isVerified || server.startsWith('http:') ? [] : [insecureWarning(cluster)],
  })
}

const insecureWarning = ({ name, file }: Entry<Cluster>): string =>
  `the cluster ${JSON.stringify(name)} in ${file} has insecure-skip-tls-verify: any server at its address is trusted, and gets the credentials`

function authorityOf(cluster: Entry<Cluster>, clock: Clock): TextSource | undefined {
  const { value, name, file } = cluster
  const path = value['certificate-authority']
  if (path !== '') {
    const entry = `the certificate-authority of the cluster ${JSON.stringify(name)} in ${file}`
    return cachedFile({ path, entry, clock })
  }
  const data = value['certificate-authority-data']
  return data === '' ? undefined : inlineText(data)
}

async function credentialsProblem(access: Access): Promise<string | undefined> {
  try {
    return tlsProblem((await access.credentials()).tls)
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/gu

function tlsProblem({ ca, cert, key }: TlsMaterial): string | undefined {
  if (typeof ca === 'string' && !isBundle(ca)) {
    return 'the certificate authority of the API server is malformed; expected certificates in PEM'
  }
  try {
    createSecureContext({
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    })
    return undefined
  } catch (thrown) {
    const reason = thrown instanceof Error ? oneLine(thrown.message, MAX_ERROR_CHARACTERS) : ''
    return `the client certificate and its key cannot be used: ${reason}; expected both in PEM, and the key of this certificate`
  }
}

function isBundle(text: string): boolean {
  const certificates = text.match(CERTIFICATE) ?? []
  return certificates.length > 0 && certificates.every((pem) => isCertificate(pem))
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
