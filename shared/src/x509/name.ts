import { toHex } from '../der/bytes.ts'
/**
 * Distinguished names (RFC 5280 §4.1.2.4), and their text for people (RFC 4514).
 *
 * @module
 */
import { rememberObjectIdentifier } from '../der/object-identifier.ts'
import type { DerReader } from '../der/reader.ts'

/** Attribute types: the short names of RFC 4514 §3 and of cert-manager's literal subjects, with OIDs. */
const ATTRIBUTE_TYPES = [
  ['C', '2.5.4.6'],
  ['O', '2.5.4.10'],
  ['OU', '2.5.4.11'],
  ['CN', '2.5.4.3'],
  ['serialNumber', '2.5.4.5'],
  ['L', '2.5.4.7'],
  ['ST', '2.5.4.8'],
  ['STREET', '2.5.4.9'],
  ['postalCode', '2.5.4.17'],
  ['DC', '0.9.2342.19200300.100.1.25'],
  ['UID', '0.9.2342.19200300.100.1.1'],
  ['emailAddress', '1.2.840.113549.1.9.1'],
] as const

/** Short name of an attribute type. */
export type SubjectAttribute = (typeof ATTRIBUTE_TYPES)[number][0]

/** Every short name. */
export const SUBJECT_ATTRIBUTES: readonly SubjectAttribute[] = ATTRIBUTE_TYPES.map(([type]) => type)

for (const [, oid] of ATTRIBUTE_TYPES) rememberObjectIdentifier(oid)

const TYPE_BY_OID = new Map<string, SubjectAttribute>(
  ATTRIBUTE_TYPES.map(([type, oid]): [string, SubjectAttribute] => [oid, type]),
)

/** @returns The short name of an object identifier, where there is one. */
export const subjectAttributeOf = (oid: string): SubjectAttribute | undefined =>
  TYPE_BY_OID.get(oid)

const OID_BY_TYPE: ReadonlyMap<string, string> = new Map(ATTRIBUTE_TYPES)

/** @returns The object identifier of a short name. */
export const subjectAttributeOid = (type: SubjectAttribute): string => OID_BY_TYPE.get(type) ?? type

/** More types, for messages (RFC 4519, RFC 2985, RFC 3739, ETSI EN 319 412-1, EV Guidelines). */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  '2.5.4.4': 'surname',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.16': 'postalAddress',
  '2.5.4.18': 'postOfficeBox',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.41': 'name',
  '2.5.4.42': 'givenName',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.51': 'houseIdentifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.3': 'mail',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.2.840.113549.1.9.8': 'unstructuredAddress',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionLocalityName',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionStateOrProvinceName',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionCountryName',
  '1.3.6.1.5.5.7.9.1': 'dateOfBirth',
  '1.3.6.1.5.5.7.9.2': 'placeOfBirth',
  '1.3.6.1.5.5.7.9.3': 'gender',
  '1.3.6.1.5.5.7.9.4': 'countryOfCitizenship',
  '1.3.6.1.5.5.7.9.5': 'countryOfResidence',
}

for (const oid of Object.keys(OTHER_TYPES)) rememberObjectIdentifier(oid)

/** @returns The name of an attribute type, or the object identifier itself. */
export const attributeTypeToText = (oid: string): string =>
  subjectAttributeOf(oid) ?? OTHER_TYPES[oid] ?? oid

/** One attribute of a name. */
export interface NameAttribute {
  readonly oid: string
  /** The short name, where there is one. */
  readonly type: SubjectAttribute | undefined
  /** Tag of the string's type. */
  readonly tag: number
  readonly value: string
}

/** A name: relative distinguished names, the root of the tree first. */
export interface Name {
  /** The whole element in DER, as it was found. */
  readonly raw: Uint8Array
  readonly rdns: readonly (readonly NameAttribute[])[]
}

/** Most attributes of one name. */
const MAX_ATTRIBUTES = 256

/**
 * Takes a Name. As it is copied into a certificate, each RDN must be a SET OF in DER: verifiers refuse
 * one that is empty, out of order or has an attribute twice. The same type with several values is
 * accepted, as verifiers do: Go writes them so (crypto/x509/pkix Name.ToRDNSequence).
 */
export function readName(reader: DerReader, field: string): Name {
  const name = reader.sequence(field)
  let count = 0
  const rdns = name.list((list, index) => {
    const attributes = list.setOf(index).list(readAttribute)
    if (attributes.length === 0) throw list.refusal(index, 'list_empty', 'is an empty RDN')
    count += attributes.length
    if (count > MAX_ATTRIBUTES) throw list.refusal(index, 'name_too_long')
    return attributes
  })
  return { raw: name.raw, rdns }
}

function readAttribute(rdn: DerReader, index: number): NameAttribute {
  const attribute = rdn.sequence(index)
  const oid = attribute.objectIdentifier('type')
  const { tag, text } = attribute.string('value')
  attribute.end()
  return { oid, type: subjectAttributeOf(oid), tag, value: text }
}

/**
 * RFC 4514 for people: the last RDN first, `+` between the attributes of one RDN, empty for an empty
 * name. A type without a known name is written as its OID, its value as text all the same.
 */
export const nameToText = ({ rdns }: Name): string =>
  rdns
    .map((rdn) => rdn.map(attributeToText).join('+'))
    .toReversed()
    .join(',')

const attributeToText = ({ oid, type, value }: NameAttribute): string =>
  `${type ?? attributeTypeToText(oid)}=${escapeValue(value)}`

/** Characters of nearly every value, none of which need escaping. */
const PLAIN = /^[A-Za-z0-9](?:[A-Za-z0-9 .\-_@:/*]*[A-Za-z0-9])?$/

/** RFC 4514 §2.4; control characters become pairs of hexadecimal digits. */
function escapeValue(value: string): string {
  if (PLAIN.test(value)) return value
  return value
    .replaceAll(/["+,;<>\\]|^[ #]| $/g, String.raw`\$&`)
    .replaceAll(/\p{Cc}/gu, (character) =>
      toHex(new TextEncoder().encode(character)).replaceAll(/../g, String.raw`\$&`),
    )
}
