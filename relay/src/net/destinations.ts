/**
 * Which workers namespaced Issuers may use: those at public addresses, and those that a cluster admin allows with
 * `--issuer-url-allow`. Anyone who may create an Issuer chooses where the relay connects to, and that must not be
 * the network of the cluster.
 *
 * @module
 */
import { BlockList, type IPVersion, type SocketAddress } from 'node:net'
import { err, ok, type Result } from '@edge-issuer/shared'
import {
  ADDRESS_BITS,
  familyOf,
  isAddress,
  isIPv4,
  matchesAny,
  type Network,
  networkList,
  parseNetwork,
} from './address.ts'
import type { Target } from './proxy.ts'
import { isPublicAddress, throughNat64 } from './public-address.ts'

/** One entry of the flag. Names are in lower case and ASCII, without a final dot. */
export type AllowedDestination =
  | { readonly kind: 'host'; readonly name: string }
  /** Every name below it. */
  | { readonly kind: 'domain'; readonly name: string }
  | ({ readonly kind: 'network' } & Network)

/** Decides which destinations are allowed. */
export interface Destinations {
  /**
   * Checks what can be checked before a name is resolved.
   *
   * @param target - The host as a URL parser gives it, which knows every spelling of an IPv4 address.
   * @param isProxied - Whether a proxy will resolve the name: then nothing else is checked later.
   * @returns For `net.connect`: refuses addresses as they are connected to, so that what a name resolves
   *   to at other times has no effect; `undefined` for no limits. Or why the host is not allowed.
   */
  restrict(target: Target, isProxied: boolean): Result<BlockList | undefined, string>
}

/**
 * Reads `ca.example.com` (this host), `.example.com` (all below), `10.0.0.0/8` or `10.1.2.3`.
 *
 * @returns What was expected instead.
 */
export function parseAllowedDestination(text: string): Result<AllowedDestination, string> {
  const network = isAddress(text)
    ? { address: text, bits: ADDRESS_BITS[familyOf(text)] }
    : parseNetwork(text)
  if (network !== undefined) {
    return familyOf(network.address) === 'ipv6' && isIPv4(network.address)
      ? err('IPv4 addresses without ::ffff:')
      : ok({ kind: 'network', ...network })
  }
  const isDomain = text.startsWith('.')
  const name = hostName(isDomain ? text.slice(1) : text)
  if (name === undefined) {
    return err(
      'hosts without a port (ca.example.com), domains (.example.com) or networks (10.0.0.0/8)',
    )
  }
  return ok({ kind: isDomain ? 'domain' : 'host', name })
}

/** @returns `undefined` for what is not a name, such as an address in another spelling, or has a port. */
function hostName(text: string): string | undefined {
  const url = `https://${text}/`
  if (!/^[^\s/?#@\\:[\]%*]+$/u.test(text) || !URL.canParse(url)) return undefined
  const name = withoutFinalDot(new URL(url).hostname)
  return isAddress(name) || name.split('.').includes('') ? undefined : name
}

const withoutFinalDot = (name: string): string => name.replace(/\.$/, '')

/** @param allowed - Destinations in addition to public addresses. */
export function restrictedDestinations(allowed: readonly AllowedDestination[]): Destinations {
  const networks = allowed.filter((one) => one.kind === 'network')
  const ipv4 = networks.filter(({ address }) => familyOf(address) === 'ipv4')
  const ipv6 = networks.filter(({ address }) => familyOf(address) === 'ipv6')
  const ipv4List = networkList(ipv4)
  const ipv6List = networkList([...ipv6, ...ipv4.map(throughNat64)])
  const isAllowedAddress = (address: string): boolean =>
    isPublicAddress(address) || matchesAny(isIPv4(address) ? ipv4List : ipv6List, address)
  const isAllowedName = (name: string): boolean =>
    allowed.some(
      (one) =>
        (one.kind === 'host' && name === one.name) ||
        (one.kind === 'domain' && name.endsWith(`.${one.name}`)),
    )
  const refusals = new Refusals(isAllowedAddress)
  return {
    restrict: ({ hostname }, isProxied) => {
      if (isAddress(hostname)) {
        return isAllowedAddress(hostname) ? ok(refusals) : err(notAllowed(hostname))
      }
      const name = withoutFinalDot(hostname)
      if (isAllowedName(name)) return ok(undefined)
      return isProxied && isLocalName(name) ? err(notAllowed(name)) : ok(refusals)
    },
  }
}

const notAllowed = (host: string): string =>
  `an Issuer may use public addresses and names only, and ${host} is not public; use a ClusterIssuer, or ask a cluster admin to allow it: --issuer-url-allow=${host}, or issuerUrlAllow in the chart`

/** Node.js asks it about each address right before it connects, whether or not that was resolved from a name. */
class Refusals extends BlockList {
  readonly #isAllowed: (address: string) => boolean

  constructor(isAllowed: (address: string) => boolean) {
    super()
    this.#isAllowed = isAllowed
  }

  override check(address: SocketAddress | string, _type?: IPVersion): boolean {
    return !this.#isAllowed(typeof address === 'string' ? address : address.address)
  }
}

/** Domains that only the resolvers of some network know: RFC 6761, RFC 6762, RFC 8375, ICANN's internal, Kubernetes'. */
const LOCAL_DOMAINS: readonly string[] = [
  'localhost',
  'local',
  'internal',
  'home.arpa',
  'svc',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
]

/** Whether no public DNS has the name, so that where it leads is up to a resolver near the proxy. */
const isLocalName = (name: string): boolean =>
  !name.includes('.') || LOCAL_DOMAINS.some((domain) => name.endsWith(`.${domain}`))
