/**
 * Arbitrary subjects: every attribute, every string type that it may have, values up to their bounds.
 * @module
 */
import * as fc from 'fast-check'
import type { AskedAttribute, AskedName, AskedSubject } from './asked.ts'
import { ALPHANUMERIC } from './hosts.ts'
import type { NameLimits } from './names.ts'

type Type = AskedAttribute['type']

/** Upper bounds of RFC 5280 appendix A.1 in characters; for UID and DC, the worker's own. */
const MAX_CHARACTERS: Readonly<Record<Exclude<Type, 'C' | 'emailAddress'>, number>> = {
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

/** X.680 §41.4, table 10. */
const PRINTABLE = [...ALPHANUMERIC, ...Array.from(" '()+,-./:=?")]
/**
 * What has to be escaped, several octets to a character, and marks that combine. No ampersand: zlint's
 * community takes it for the beginning of an entity of HTML.
 */
const UTF8 = [...PRINTABLE, ...Array.from('"\\<>;#@_*éß日本語😀'), 'e\u0301']

/** What the worker, as openssl does, takes for a host name. */
const READS_AS_HOST = /^[\w-]+(\.[\w-]+)+$/

/** @param names - Of the same request: an email address must stand there as well. */
export function arbitrarySubject(
  limits: NameLimits,
  names: readonly AskedName[],
): fc.Arbitrary<AskedSubject> {
  const types = limits.profile.subjectAttributes.filter((type) => type !== 'emailAddress')
  const rdn = fc
    .uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 })
    // Most RDNs have one attribute.
    .chain((chosen) =>
      fc.integer({ min: 1, max: 6 }).map((most) => chosen.slice(0, most > 3 ? 1 : most)),
    )
    .chain((chosen) => fc.tuple(...chosen.map((type) => attribute(type, limits))))
  const emails = names.flatMap((name) => (name.kind === 'email' ? [name.value] : []))
  const rdns = fc.array(rdn, { maxLength: 6 })
  if (emails.length === 0 || !limits.profile.subjectAttributes.includes('emailAddress')) return rdns
  const email = fc
    .constantFrom(...emails)
    .map((value): AskedSubject => [[{ type: 'emailAddress', value, encoding: 'ia5' }]])
  const withEmail = fc.tuple(rdns, email).map((parts) => parts.flat())
  return fc.oneof(rdns, withEmail)
}

function attribute(
  type: Exclude<Type, 'emailAddress'>,
  { isConstrained }: NameLimits,
): fc.Arbitrary<AskedAttribute> {
  if (type === 'C') {
    return fc
      .constantFrom('SE', 'DE', 'US')
      .map((value) => ({ type, value, encoding: 'printable' }))
  }
  if (type === 'DC') return text(type, ALPHANUMERIC, 'ia5')
  if (type === 'serialNumber') return text(type, PRINTABLE, 'printable')
  const any = fc.oneof(text(type, UTF8, 'utf8'), text(type, PRINTABLE, 'printable'))
  if (type !== 'CN') return any
  return isConstrained
    ? any.filter(({ value }) => !READS_AS_HOST.test(value))
    : fc.oneof(any, fc.constant({ type, value: 'web.example', encoding: 'utf8' }))
}

/** One to as many characters as can be; half of all values are short. */
const text = (
  type: keyof typeof MAX_CHARACTERS,
  units: readonly string[],
  encoding: AskedAttribute['encoding'],
): fc.Arbitrary<AskedAttribute> =>
  fc
    .constantFrom(12, MAX_CHARACTERS[type])
    .chain((maxLength) => fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength }))
    // A unit may be two characters.
    .map((value) => Array.from(value).slice(0, MAX_CHARACTERS[type]).join(''))
    .map((value) => ({ type, value, encoding }))
