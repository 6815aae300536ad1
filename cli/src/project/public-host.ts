/**
 * Whether clients can reach a worker at the URL that they sign for.
 *
 * @module
 */
import { isIP } from 'node:net'

/** What of an environment in wrangler.jsonc decides where its worker is. */
export interface WorkerPlace {
  /** Name of the worker, with that of the environment. */
  readonly name: string
  /** Whether there is an address under workers.dev; when absent, exactly without routes. */
  readonly hasWorkersDev: boolean | undefined
  readonly routes: readonly RoutePattern[]
}

/** One route of wrangler.jsonc. */
export interface RoutePattern {
  /** A host for a custom domain; else host and path, either of which may hold asterisks. */
  readonly pattern: string
  readonly isCustomDomain: boolean
}

/** @returns The error when no request to `publicUrl` would reach the worker on Cloudflare. */
export function checkHost(publicUrl: string, place: WorkerPlace): string | undefined {
  const { name, routes, hasWorkersDev = routes.length === 0 } = place
  const { hostname, pathname } = new URL(publicUrl)
  const target = `${hostname}${pathname.replace(/\/+$/, '')}/v1/`
  const isRouted = routes.some(({ pattern, isCustomDomain }) =>
    isCustomDomain ? pattern === hostname : matcher(pattern).test(target),
  )
  const isOnWorkersDev = hasWorkersDev && isWorkersDev(name, hostname)
  if (isRouted || isOnWorkersDev) return undefined
  const found = [
    ...routes.map(({ pattern }) => pattern),
    ...(hasWorkersDev ? [`${name}.ACCOUNT.workers.dev`] : []),
  ]
  const places = found.length === 0 ? 'it has no route' : `it is at ${found.join(', ')}`
  return `publicUrl is ${publicUrl}, where the worker cannot be reached: ${places}`
}

/** Whether the host of a URL can be in a zone of Cloudflare: it is no IP address, and has more than one label. */
export function isInZone(url: string): boolean {
  const { hostname } = new URL(url)
  return isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0 && hostname.includes('.')
}

/** The subdomain of the account is one label. */
function isWorkersDev(name: string, host: string): boolean {
  const [worker, account, ...rest] = host.split('.')
  return worker === name && account !== undefined && rest.join('.') === 'workers.dev'
}

/** An asterisk matches any text, also none; `https://` may precede the host. */
function matcher(pattern: string): RegExp {
  const parts = pattern.replace(/^https?:\/\//, '').split('*')
  const escaped = parts.map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${escaped.join('.*')}$`)
}
