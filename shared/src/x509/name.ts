/**
 * Distinguished names (RFC 5280 §4.1.2.4), and their text for people (RFC 4514).
 *
 * @module
 */
import { rememberObjectIdentifier } from '../der/object-identifier.ts'
import { toHex } from '../der/octets.ts'
import type { DerReader } from '../der/reader.ts'
import { oidToText } from './oid.ts'

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

/** @returns The short name of an attribute type, or what else it is known as; for messages. */
export const attributeTypeToText = (oid: string): string =>
  subjectAttributeOf(oid) ?? oidToText(oid)

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

/**
 * Types that may be in one RDN several times, though X.501 §9.3 says that they differ: Go, and with
 * it cert-manager, writes all values of these into one (crypto/x509/pkix Name.ToRDNSequence).
 */
const REPEATABLE: ReadonlySet<SubjectAttribute | undefined> = new Set([
  'C',
  'O',
  'OU',
  'L',
  'ST',
  'STREET',
  'postalCode',
])

/** Takes a Name. Refuses an RDN that is empty, or has an attribute twice that is there once. */
export function readName(reader: DerReader, field: string): Name {
  const name = reader.sequence(field)
  const rdns = name.list((list, index) => {
    const rdn = list.setOf(index)
    const attributes = rdn.list(readAttribute)
    if (attributes.length === 0) throw list.refusal(index, 'list_empty', 'is an empty RDN')
    if (hasRepeated(attributes)) throw list.refusal(index, 'rdn_attribute_repeated')
    return attributes
  })
  return { raw: name.raw, rdns }
}

function hasRepeated(attributes: readonly NameAttribute[]): boolean {
  if (attributes.length < 2) return false
  const oids = attributes.flatMap(({ oid, type }) => (REPEATABLE.has(type) ? [] : [oid]))
  return new Set(oids).size < oids.length
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
 * name. A type without a short name stands as its OID, its value as text all the same.
 */
export const nameToText = ({ rdns }: Name): string =>
  rdns
    .map((rdn) => rdn.map(attributeToText).join('+'))
    .toReversed()
    .join(',')

const attributeToText = ({ oid, type, value }: NameAttribute): string =>
  `${type ?? oid}=${escapeValue(value)}`

/** What nearly every value is made of: nothing in it is to be escaped. */
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
