/**
 * Distinguished names as verifiers compare them (RFC 5280 §7.1).
 *
 * @module
 */
import type { Name, NameAttribute } from '@edge-issuer/shared/x509'

/**
 * Whether verifiers take two names for one: the type of a string, the case of its letters and runs of
 * white space do not count (RFC 4518, as OpenSSL's canonical encoding applies it). A verifier that
 * compares octets finds fewer names equal, never more.
 */
export function isSameDistinguishedName(one: Name, other: Name): boolean {
  return (
    one.rdns.length === other.rdns.length &&
    one.rdns.every((rdn, index) => isSameRdn(rdn, other.rdns[index] ?? []))
  )
}

function isSameRdn(one: readonly NameAttribute[], other: readonly NameAttribute[]): boolean {
  if (one.length !== other.length) return false
  const texts = new Set(other.map(canonicalText))
  return one.every((attribute) => texts.has(canonicalText(attribute)))
}

const canonicalText = ({ oid, value }: NameAttribute): string =>
  `${oid}=${value.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase()}`
