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

/** The attributes of each RDN, as they are compared. */
const canonicalTexts = ({ rdns }: Name): readonly (readonly string[])[] =>
  rdns.map((rdn) => rdn.map(canonicalText))

/** What RFC 4518 §2.2 maps to nothing. */
const INVISIBLE = /[\p{Cf}\u034F\u180B-\u180D\uFE00-\uFE0F\uFFFC]/gu

/** Printable ASCII, which normalization leaves as it is and of which nothing is invisible. */
const ASCII = /^[ -~]*$/u

const canonicalText = ({ oid, value }: NameAttribute): string =>
  `${oid}=${foldCase(value).trim().replaceAll(/\s+/gu, ' ')}`

function foldCase(value: string): string {
  if (ASCII.test(value)) return value.toLowerCase()
  const visible = value.normalize('NFKD').replaceAll(INVISIBLE, '')
  return visible.toUpperCase().toLowerCase().normalize('NFKD')
}
