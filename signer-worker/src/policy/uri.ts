/**
 * URIs as certificates hold them (RFC 5280 §4.2.1.6, RFC 3986), and SPIFFE IDs among them.
 *
 * @module
 */
import { dnsNameFault } from './dns-name.ts'

/** SPIFFE ID specification §2.3, in octets; taken for every URI. */
const MAX_URI_CHARACTERS = 2048

/** RFC 3986 appendix A: a scheme, and then nothing but its characters and whole escapes. */
const ABSOLUTE_URI =
  /^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/

const AUTHORITY = /^[^:]*:\/\/([^/?#]*)/

/** RFC 3986 §3.2: userinfo, then an IP literal or a name, then a port. */
const AUTHORITY_PARTS = /^(?:[^@[\]]*@)?(\[[0-9A-Fa-f:.]+\]|[^:@[\]]*)(?::\d*)?$/

/** SPIFFE ID specification §2.1 and §2.2. */
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(\/[A-Za-z0-9._-]+)*$/
const SPIFFE_DOT_SEGMENT = /\/\.\.?(\/|$)/

const IPV4 = /^\d+(\.\d+){3}$/

/** Whether a URI claims to be a SPIFFE ID. */
export const isSpiffe = (uri: string): boolean => /^spiffe:/i.test(uri)

/** @returns What is wrong with a URI, to go on after it; `undefined` when nothing is. */
export function uriFault(uri: string): string | undefined {
  if (uri.length > MAX_URI_CHARACTERS) {
    return `has ${String(uri.length)} characters; ${String(MAX_URI_CHARACTERS)} are the most`
  }
  if (!ABSOLUTE_URI.test(uri)) return 'is not an absolute URI (RFC 3986)'
  if (isSpiffe(uri)) {
    return SPIFFE_ID.test(uri) && !SPIFFE_DOT_SEGMENT.test(uri)
      ? undefined
      : 'is not a SPIFFE ID: spiffe://, a trust domain in lower case, and a path without empty or dot segments'
  }
  const host = authorityHost(uri)
  if (host === undefined) return 'has an authority that is not [user@]host[:port]'
  const isName = host !== '' && !host.startsWith('[') && !IPV4.test(host)
  return isName && (dnsNameFault(host) !== undefined || host.includes('*'))
    ? 'has a host that is neither a DNS name nor an IP address'
    : undefined
}

/**
 * The host that name constraints speak of (RFC 5280 §4.2.1.10).
 *
 * @returns `undefined` for a URI without an authority, or whose host is an IP address.
 */
export function uriDnsHost(uri: string): string | undefined {
  const host = authorityHost(uri)
  return host === undefined || host === '' || host.startsWith('[') || IPV4.test(host)
    ? undefined
    : host
}

/** @returns Empty without an authority; `undefined` when it is malformed. */
function authorityHost(uri: string): string | undefined {
  const authority = AUTHORITY.exec(uri)?.[1]
  return authority === undefined ? '' : AUTHORITY_PARTS.exec(authority)?.[1]
}
