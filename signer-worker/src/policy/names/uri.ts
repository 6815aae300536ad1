/**
 * URIs as certificates hold them (RFC 5280 §4.2.1.6, RFC 3986), and SPIFFE IDs among them.
 *
 * @module
 */
import type { Finding } from '../messages.ts'
import { checkDnsName } from './dns-name.ts'
import { canonicalHost } from './host-text.ts'

/** SPIFFE ID specification §2.3, in bytes; taken for every URI. */
const MAX_URI_CHARACTERS = 2048

/** RFC 3986 appendix A: a scheme, and then nothing but its characters and whole escapes. */
const ABSOLUTE_URI =
  /^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/

const AUTHORITY = /^[^:]*:\/\/([^/?#]*)/

/** RFC 3986 §3.2: userinfo, then an IP literal or a name, then a port. */
const AUTHORITY_PARTS = /^(?:[^@[\]]*@)?(\[[0-9A-Fa-f:.]+\]|[^:@[\]]*)(?::\d*)?$/

/** No user before the host, and nothing but a port or a path behind it. */
const SAME_HOST_FOR_ALL = /^[^:]*:\/\/[^/?#@]*(?:\/|$)/

/** SPIFFE ID specification §2.1 and §2.2; without an empty label, which Go's parser refuses. */
const SPIFFE_ID =
  /^spiffe:\/\/(?=[^/]{1,255}(?:\/|$))[a-z0-9_-]+(\.[a-z0-9_-]+)*(\/[A-Za-z0-9._-]+)*$/
const SPIFFE_DOT_SEGMENT = /\/\.\.?(\/|$)/

const IPV4 = /^\d+(\.\d+){3}$/

/** Whether a URI claims to be a SPIFFE ID. */
export const isSpiffe = (uri: string): boolean => /^spiffe:/i.test(uri)

/** @returns The first error of a URI; `undefined` for a well-formed one. */
export function checkUri(uri: string): Finding | undefined {
  if (uri.length > MAX_URI_CHARACTERS) {
    return { kind: 'too_long', expected: [String(MAX_URI_CHARACTERS)], size: uri.length }
  }
  if (!ABSOLUTE_URI.test(uri)) return { kind: 'uri_malformed' }
  if (isSpiffe(uri)) {
    return SPIFFE_ID.test(uri) && !SPIFFE_DOT_SEGMENT.test(uri)
      ? undefined
      : { kind: 'spiffe_malformed' }
  }
  const authority = authorityOf(uri)
  return authority === undefined ? undefined : checkAuthority(authority)
}

function checkAuthority(authority: string): Finding | undefined {
  const host = hostOf(authority)
  if (host === undefined) return { kind: 'uri_authority' }
  if (host === '') return { kind: 'uri_without_host' }
  if (host.startsWith('[')) {
    return canonicalHost(host) === undefined ? { kind: 'uri_ipv6' } : undefined
  }
  const isName = !IPV4.test(host) || canonicalHost(host) !== host
  return isName && (checkDnsName(host) !== undefined || host.includes('*'))
    ? { kind: 'uri_host' }
    : undefined
}

/**
 * The host that name constraints speak of (RFC 5280 §4.2.1.10).
 *
 * @returns `undefined` for a URI without an authority, or whose host is an IP address; and for one
 *   that verifiers read in different ways: openssl's host is all from "://" to the next ":" or "/"
 *   (crypto/x509/v3_ncons.c), be it a user or a query.
 */
export function uriDnsHost(uri: string): string | undefined {
  if (!SAME_HOST_FOR_ALL.test(uri)) return undefined
  const host = hostOf(authorityOf(uri) ?? '')
  return host === undefined || host === '' || host.startsWith('[') || IPV4.test(host)
    ? undefined
    : host
}

const authorityOf = (uri: string): string | undefined => AUTHORITY.exec(uri)?.[1]

/** @returns `undefined` when the authority is malformed. */
const hostOf = (authority: string): string | undefined => AUTHORITY_PARTS.exec(authority)?.[1]

/** Separates the authority from the rest of a URI: a character that no URI has. */
const END_OF_AUTHORITY = '\uFFFF'

const AUTHORITY_AND_REST = /^([^:/?#]*:\/\/[^/?#]*)(.*)$/s

/**
 * Marks the end of the authority, in URIs and in patterns for them, so that a `*` in the host of a
 * pattern cannot match beyond it: `https://*.a.example/*` does not match `https://evil/.a.example/`.
 * A pattern that ends with a `*` in its authority matches everything.
 */
export function markAuthority(text: string): string {
  const [, authority, rest = ''] = AUTHORITY_AND_REST.exec(text) ?? []
  return authority === undefined || (rest === '' && authority.endsWith('*'))
    ? text
    : `${authority}${END_OF_AUTHORITY}${rest}`
}
