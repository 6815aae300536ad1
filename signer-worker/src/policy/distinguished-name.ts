/**
 * Distinguished names as verifiers compare them (RFC 5280 §7.1).
 *
 * @module
 */
import type { Name, NameAttribute } from '@edge-issuer/shared/x509'

/**
 * Whether any verifier takes two names for one: the type of a string, the case of its letters, runs of
 * white space and characters that show nothing do not count (RFC 4518 §2). Java finds most names equal:
 * it folds case by way of upper case, so that `ß` is `ss` (sun.security.x509 AVA).
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

/** What RFC 4518 §2.2 maps to nothing. */
const INVISIBLE = /[\p{Cf}\u034F\u180B-\u180D\uFE00-\uFE0F\uFFFC]/gu

function canonicalText({ oid, value }: NameAttribute): string {
  const visible = value.normalize('NFKD').replaceAll(INVISIBLE, '')
  const folded = visible.toUpperCase().toLowerCase().normalize('NFKD')
  return `${oid}=${folded.trim().replaceAll(/\s+/gu, ' ')}`
}
