/**
 * Where the API server is, and what proves who we are: from a kubeconfig, or from the pod's own
 * service account. Tokens that are renewed on disk are read again by the library, at most a minute old.
 *
 * @module
 */
import type { RequestOptions } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import { err, ok, type Result } from '@edge-issuer/shared'
import { KubeConfig } from '@kubernetes/client-node'

/** Whom to trust, and the client certificate if there is one. */
export type TlsMaterial = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'
>

/** What one request needs. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsMaterial
}

/** The way to one API server. */
export interface Access {
  /** Its URL without a slash at the end; it may have a path. */
  readonly server: string
  /** Read anew for each request. Throws when a file that holds them cannot be read. */
  credentials(): Promise<Credentials>
}

/**
 * Finds the API server.
 *
 * @param kubeconfig Path of a kubeconfig. Absent: this is a pod.
 * @param context Which of its contexts; the current one when absent.
 * @returns An error text for the operator when there is no way to a server.
 */
export function loadAccess(
  kubeconfig: string | undefined,
  context?: string,
): Result<Access, string> {
  const config = new KubeConfig()
  if (kubeconfig === undefined) {
    if (process.env['KUBERNETES_SERVICE_HOST'] === undefined) {
      return err(
        'this is not a pod (KUBERNETES_SERVICE_HOST is not set) and no kubeconfig was given',
      )
    }
    config.loadFromCluster()
  } else {
    try {
      config.loadFromFile(kubeconfig)
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      return err(`the kubeconfig ${kubeconfig} cannot be read: ${reason}`)
    }
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      return err(`the kubeconfig has no context ${JSON.stringify(context)}`)
    }
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  if (cluster === null || !URL.canParse(cluster.server)) {
    return err('the kubeconfig has no current context with the URL of an API server')
  }
  if (cluster.proxyUrl !== undefined) {
    return err('the kubeconfig wants a proxy (proxy-url), which is not supported')
  }
  return ok({
    server: cluster.server.replace(/\/+$/u, ''),
    credentials: async () => credentialsOf(config),
  })
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const headers: Record<string, string> = {}
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
  }
  for (const [name, value] of Object.entries(options.headers ?? {}))
    headers[name] = String(value).trim()
  return { headers, tls: tlsOf(options) }
}

function tlsOf({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): TlsMaterial {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    // Explicit, so that only a kubeconfig's insecure-skip-tls-verify turns it off.
    rejectUnauthorized: rejectUnauthorized ?? true,
    ...(servername === undefined ? {} : { servername }),
  }
}
