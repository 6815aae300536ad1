/**
 * Distinguished names as verifiers compare them (RFC 5280 §7.1).
 *
 * @module
 */
import type { Name, NameAttribute } from '@edge-issuer/shared/x509'

/**
 * Whether any verifier takes two names as equal: the type of a string, the case of its letters, runs of
 * white space and invisible characters are ignored (RFC 4518 §2). Java finds most names equal:
 * it folds case by way of upper case, so that `ß` is `ss` (sun.security.x509 AVA).
 */
export function isSameDistinguishedName(one: Name, other: Name): boolean {
  const isSameShape =
    one.rdns.length === other.rdns.length &&
    one.rdns.every((rdn, index) => rdn.length === other.rdns[index]?.length)
  if (!isSameShape) return false
  const texts = canonicalTexts(other)
  return canonicalTexts(one).every((rdn, index) =>
    rdn.every((text) => texts[index]?.includes(text) === true),
  )
}

/** Canonical texts by name: that of the CA is compared with every request. Without, `ratioToCrypto` is 1.54, not 1.52. */
const knownTexts = new WeakMap<Name, readonly (readonly string[])[]>()

/** The attributes of each RDN, as they are compared. */
function canonicalTexts(name: Name): readonly (readonly string[])[] {
  const known = knownTexts.get(name)
  if (known !== undefined) return known
  const texts = name.rdns.map((rdn) => rdn.map(canonicalText))
  knownTexts.set(name, texts)
  return texts
}

/** What RFC 4518 §2.2 maps to nothing. */
const INVISIBLE = /[\p{Cf}\u034F\u180B-\u180D\uFE00-\uFE0F\uFFFC]/gu

function canonicalText({ oid, value }: NameAttribute): string {
  const visible = value.normalize('NFKD').replaceAll(INVISIBLE, '')
  const folded = visible.toUpperCase().toLowerCase().normalize('NFKD')
  return `${oid}=${folded.trim().replaceAll(/\s+/gu, ' ')}`
}
