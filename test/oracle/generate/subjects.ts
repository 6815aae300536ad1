/**
 * Arbitrary subjects: every attribute, every string type that it may have, values up to their bounds.
 * @module
 */
import * as fc from 'fast-check'
import { SUBJECT_ATTRIBUTES } from '../../../shared/src/x509/index.ts'
import type { AskedAttribute, AskedSubject } from './asked.ts'
import { ALPHANUMERIC, arbitraryHost } from './hosts.ts'
import { ZONE } from './issuers.ts'
import { localPart, type NameLimits } from './names.ts'

/** Upper bounds of RFC 5280 appendix A.1 in characters; for the rest, our own. */
const MAX_CHARACTERS: Readonly<Record<string, number>> = {
  O: 64,
  OU: 64,
  CN: 64,
  serialNumber: 64,
  L: 128,
  ST: 128,
  STREET: 128,
  postalCode: 16,
  DC: 63,
  UID: 256,
}
const OTHER_MAX_CHARACTERS = 32

/** title, surname and givenName of X.520, and one of our own. */
export const OTHER_ATTRIBUTES: readonly string[] = [
  '2.5.4.12',
  '2.5.4.4',
  '2.5.4.42',
  '1.3.6.1.4.1.55555.1',
]

/** X.680 §41.4, table 10. */
const PRINTABLE = [...ALPHANUMERIC, ...Array.from(" '()+,-./:=?")]
/**
 * What has to be escaped, several octets to a character, and marks that combine. No ampersand: zlint's
 * community takes it for the beginning of an entity of HTML.
 */
const UTF8 = [...PRINTABLE, ...Array.from('"\\<>;#@_*éß日本語😀'), 'e\u0301']

/** ISO 8859-1, as TeletexStrings are written and read. */
const LATIN = [...PRINTABLE, ...Array.from('"#_*éßÅø')]
/** Characters of two octets. */
const BMP = [...PRINTABLE, ...Array.from('é日本語')]
const DIGITS = Array.from('0123456789 ')

/** What no program reads as a host or an address: blanks are inside, and letters that no address has. */
const IS_NO_HOST = /[g-zG-Z].* .*[g-zG-Z]/

/** A subject for certificates under the limits. */
export function arbitrarySubject(limits: NameLimits): fc.Arbitrary<AskedSubject> {
  const types = limits.profile.subjectAttributes ?? [...SUBJECT_ATTRIBUTES, ...OTHER_ATTRIBUTES]
  const rdn = fc
    .uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 })
    // Most RDNs have one attribute.
    .chain((chosen) =>
      fc.integer({ min: 1, max: 6 }).map((most) => chosen.slice(0, most > 3 ? 1 : most)),
    )
    .chain((chosen) => fc.tuple(...chosen.map((type) => attribute(type, limits))))
  return fc.array(rdn, { maxLength: 6 })
}

function attribute(
  type: string,
  { profile, isConstrained }: NameLimits,
): fc.Arbitrary<AskedAttribute> {
  switch (type) {
    case 'C': {
      return fc
        .constantFrom('SE', 'DE', 'US')
        .map((value) => ({ type, value, encoding: 'printable' }))
    }
    case 'DC': {
      return text(type, ALPHANUMERIC, 'ia5')
    }
    case 'serialNumber': {
      return text(type, PRINTABLE, 'printable')
    }
    case 'emailAddress': {
      const domain = isConstrained ? fc.constant<string>(ZONE.domain) : arbitraryHost(false)
      return fc
        .tuple(localPart, domain)
        .map((parts): AskedAttribute => ({ type, value: parts.join('@'), encoding: 'ia5' }))
        .filter(({ value }) => value.length <= MAX_EMAIL)
    }
    case 'CN': {
      const isFree = !isConstrained && profile.wildcards && profile.underscores
      const texts = isFree
        ? anyText(type)
        : anyText(type).filter(({ value }) => IS_NO_HOST.test(value))
      const host = isConstrained ? `web.${ZONE.domain}` : 'web.example'
      return fc.oneof(texts, fc.constant<AskedAttribute>({ type, value: host, encoding: 'utf8' }))
    }
    default: {
      return anyText(type)
    }
  }
}

const MAX_EMAIL = 255

const anyText = (type: string): fc.Arbitrary<AskedAttribute> =>
  fc.oneof(
    { weight: 8, arbitrary: text(type, UTF8, 'utf8') },
    { weight: 8, arbitrary: text(type, PRINTABLE, 'printable') },
    { weight: 2, arbitrary: text(type, LATIN, 'teletex') },
    { weight: 2, arbitrary: text(type, BMP, 'bmp') },
    { weight: 1, arbitrary: text(type, DIGITS, 'numeric') },
    { weight: 1, arbitrary: fc.constant({ type, value: '', encoding: 'utf8' }) },
  )

/** One to as many characters as can be; half of all values are short. */
const text = (
  type: string,
  units: readonly string[],
  encoding: AskedAttribute['encoding'],
): fc.Arbitrary<AskedAttribute> =>
  fc
    .constantFrom(12, maxCharacters(type))
    .chain((maxLength) => fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength }))
    // A unit may be two characters.
    .map((value) => Array.from(value).slice(0, maxCharacters(type)).join(''))
    .map((value) => ({ type, value, encoding }))

const maxCharacters = (type: string): number => MAX_CHARACTERS[type] ?? OTHER_MAX_CHARACTERS
