/**
 * Which proxy leads to a worker, from `HTTPS_PROXY` and `NO_PROXY`. The rules are those of Go's
 * golang.org/x/net/http/httpproxy, which curl shares in all that matters, since operators write one
 * value for every program of a node. `HTTP_PROXY` is not read: workers are reached over HTTPS only.
 *
 * @module
 */
import { domainToASCII } from 'node:url'
import { err, ok, type Result } from '@edge-issuer/shared'
import {
  ADDRESS_BITS,
  EMBEDDED_PREFIX_BITS,
  familyOf,
  isAddress,
  isIPv4,
  matchesAny,
  networkList,
  parseNetwork,
  withoutBrackets,
} from './address.ts'

/** An HTTP proxy that opens tunnels (CONNECT, RFC 9110 §9.3.6). */
export interface Proxy {
  /** `https:` encrypts the way to the proxy itself. */
  readonly protocol: 'http:' | 'https:'
  /** Without brackets. */
  readonly hostname: string
  readonly port: number
  /** Value of `proxy-authorization`; a secret. */
  readonly authorization?: string
}

/** Where a request is to go; `port` is empty for 443. An IPv6 address has no brackets. */
export interface Target {
  readonly hostname: string
  readonly port: string
}

/** @returns The proxy for a target, or `undefined` for a direct connection. */
export type ProxyFor = (target: Target) => Proxy | undefined

export type Environment = Readonly<Record<string, string | undefined>>

interface Exception {
  readonly matches: (hostname: string) => boolean
  /** Empty for every port. */
  readonly port: string
}

const DEFAULT_PORT = '443'
const PROXY_PORTS = { 'http:': 80, 'https:': 443 } as const

/**
 * Reads the variables; the lower-case name wins, and an empty value counts as unset.
 *
 * @returns An error text that names the variable and never quotes its value, which may hold a password.
 */
export function readProxyVariables(environment: Environment): Result<ProxyFor, string> {
  const [name, value] = firstSet(environment, ['https_proxy', 'HTTPS_PROXY'])
  const [, noProxy] = firstSet(environment, ['no_proxy', 'NO_PROXY'])
  if (value === '') return ok(() => undefined)
  const proxy = parseProxy(value)
  if (proxy === undefined) {
    return err(
      `the environment variable ${name} is malformed; expected http://host:port, https://host:port or host:port, with user:password@ before the host where the proxy asks for it, percent-encoded`,
    )
  }
  const exceptions = parseExceptions(noProxy)
  return ok(({ hostname, port }) =>
    isException({ hostname, port: port === '' ? DEFAULT_PORT : port }, exceptions)
      ? undefined
      : proxy,
  )
}

function firstSet(
  environment: Environment,
  names: readonly string[],
): readonly [name: string, value: string] {
  for (const name of names) {
    const value = environment[name] ?? ''
    if (value !== '') return [name, value]
  }
  return ['', '']
}

/** Reads `http://host:port`, `https://host:port` or `host:port`, with percent-encoded credentials. */
export function parseProxy(value: string): Proxy | undefined {
  const text = value.includes('://') ? value : `http://${value}`
  if (!URL.canParse(text)) return undefined
  const { protocol, hostname, port, username, password } = new URL(text)
  if ((protocol !== 'http:' && protocol !== 'https:') || port === '0') return undefined
  const user = decodePercent(username)
  const secret = decodePercent(password)
  if (user === undefined || secret === undefined) return undefined
  const credentials = Buffer.from(`${user}:${secret}`).toString('base64')
  return {
    protocol,
    hostname: withoutBrackets(hostname),
    port: port === '' ? PROXY_PORTS[protocol] : Number(port),
    ...(user === '' && secret === '' ? {} : { authorization: `Basic ${credentials}` }),
  }
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function isException({ hostname, port }: Target, exceptions: readonly Exception[]): boolean {
  // No proxy of a network can reach the loopback interface of this host.
  if (hostname === 'localhost' || matchesAny(LOOPBACK, hostname)) return true
  return exceptions.some(
    (exception) =>
      (exception.port === '' || exception.port === port) && exception.matches(hostname),
  )
}

/** Entries that mean nothing are ignored, as Go does: other programs may read more into them. */
function parseExceptions(noProxy: string): readonly Exception[] {
  return noProxy.split(',').flatMap((entry) => parseException(entry.trim().toLowerCase()) ?? [])
}

function parseException(entry: string): Exception | undefined {
  if (entry === '*') return { matches: () => true, port: '' }
  const network = networkMatcher(entry)
  if (network !== undefined) return { matches: network, port: '' }
  const { host, port } = splitPort(entry)
  if (host === '') return undefined
  if (isAddress(host)) {
    const list = networkList([{ address: host, bits: ADDRESS_BITS[familyOf(host)] }])
    return { matches: (hostname) => matchesAny(list, hostname), port }
  }
  return { matches: domainMatcher(host), port }
}

/** A network of IPv6 has no IPv4 addresses, mapped ones included. */
function networkMatcher(entry: string): ((hostname: string) => boolean) | undefined {
  const network = parseNetwork(entry)
  if (network === undefined) return undefined
  const { address, bits } = network
  const list = networkList([network])
  const isOfIPv4 = isIPv4(address) && (familyOf(address) === 'ipv4' || bits >= EMBEDDED_PREFIX_BITS)
  return (hostname) => isIPv4(hostname) === isOfIPv4 && matchesAny(list, hostname)
}

/** `foo.com` is the host and all below it, `.foo.com` and `*.foo.com` only what is below it. */
function domainMatcher(host: string): (hostname: string) => boolean {
  const name = host.startsWith('*.') ? host.slice(1) : host
  const isSuffixOnly = name.startsWith('.')
  const bare = isSuffixOnly ? name.slice(1) : name
  // As in Go, other names stay as they are; an invalid one matches nothing.
  const ascii = /[^\0-\x7f]/.test(bare) ? domainToASCII(bare) || bare : bare
  return (hostname) =>
    !isAddress(hostname) &&
    (hostname.endsWith(`.${ascii}`) || (!isSuffixOnly && hostname === ascii))
}

/** As Go's net.SplitHostPort; a text without a port is a host as a whole. */
function splitPort(text: string): { readonly host: string; readonly port: string } {
  const [, bracketed, plain, port = ''] =
    /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text) ?? []
  return { host: bracketed ?? plain ?? text, port }
}

const LOOPBACK = networkList([
  { address: '127.0.0.0', bits: 8 },
  { address: '::1', bits: 128 },
])
