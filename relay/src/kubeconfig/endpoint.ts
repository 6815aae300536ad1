import { err, ok, type Result } from '@edge-issuer/shared'
import { parseProxy, type Proxy } from '../net/proxy.ts'
import type { Entry } from './read-kubeconfig.ts'
import type { Cluster } from './schema.ts'

/** Where the API server of a kubeconfig's cluster is. */
export interface Endpoint {
  /** Its URL without a slash at the end, `https:` or `http:`; it may have a path. */
  readonly server: string
  /** `proxy-url`; absent for those of the environment. */
  readonly proxy: Proxy | undefined
}

/** @returns An error text for what kubectl refuses as well (client-go `validateClusterInfo`), and for SOCKS. */
export function readEndpoint({ name, file, value }: Entry<Cluster>): Result<Endpoint, string> {
  const where = `the cluster ${JSON.stringify(name)} in ${file}`
  if (value.server === '') return err(`${where} has no server; expected https://host:port`)
  // As kubectl, which then sends no credentials.
  const url = value.server.includes('://') ? value.server : `http://${value.server}`
  if (!URL.canParse(url) || !/^https?:$/u.test(new URL(url).protocol)) {
    return err(
      `${where} has the server ${JSON.stringify(value.server)}; expected https://host:port`,
    )
  }
  const hasFile = value['certificate-authority'] !== ''
  const hasData = value['certificate-authority-data'] !== ''
  if (hasFile && hasData) {
    return err(
      `${where} has both certificate-authority and certificate-authority-data; expected one of them`,
    )
  }
  if (value['insecure-skip-tls-verify'] && (hasFile || hasData)) {
    return err(
      `${where} has both a certificate authority and insecure-skip-tls-verify; expected one of them`,
    )
  }
  const proxy = readProxy(value['proxy-url'], where)
  if (!proxy.ok) return proxy
  const { origin, pathname } = new URL(url)
  return ok({ server: (origin + pathname).replace(/\/+$/u, ''), proxy: proxy.value })
}

/** The URL is not quoted, since it may hold a password. */
function readProxy(url: string, where: string): Result<Proxy | undefined, string> {
  if (url === '') return ok(undefined)
  if (/^socks5h?:/iu.test(url)) {
    return err(
      `${where} has a proxy-url with the scheme socks5, which is not supported; expected http:// or https://`,
    )
  }
  const proxy = /^https?:\/\//iu.test(url) ? parseProxy(url) : undefined
  return proxy === undefined
    ? err(
        `${where} has a malformed proxy-url; expected http://host:port or https://host:port, with user:password@ before the host where the proxy asks for it, percent-encoded`,
      )
    : ok(proxy)
}
