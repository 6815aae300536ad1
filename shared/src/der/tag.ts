/**
 * Identifier octets (X.690 §8.1.2). Every type of X.509 and PKCS#10 has a tag number below 31, so an
 * identifier is one octet and is that number here.
 *
 * @module
 */

/** Identifiers of the universal types that are read or written. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** The five low bits, all set, announce a tag number above 30 in the octets that follow. */
export const TAG_NUMBER_BITS = 0x1f

/** Set where the contents are elements. */
export const CONSTRUCTED = 0x20
const CONTEXT_SPECIFIC = 0x80
const CLASSES = ['UNIVERSAL', 'APPLICATION', 'CONTEXT', 'PRIVATE'] as const

const UNIVERSAL_NAMES: Readonly<Record<number, string>> = {
  0x01: 'BOOLEAN',
  0x02: 'INTEGER',
  0x03: 'BIT STRING',
  0x04: 'OCTET STRING',
  0x05: 'NULL',
  0x06: 'OBJECT IDENTIFIER',
  0x0c: 'UTF8String',
  0x12: 'NumericString',
  0x13: 'PrintableString',
  0x14: 'TeletexString',
  0x16: 'IA5String',
  0x17: 'UTCTime',
  0x18: 'GeneralizedTime',
  0x1a: 'VisibleString',
  0x1c: 'UniversalString',
  0x1e: 'BMPString',
  0x30: 'SEQUENCE',
  0x31: 'SET',
}

/** Identifier of `[number]` with primitive contents, as IMPLICIT gives a primitive type. */
export const contextPrimitive = (number: number): number => CONTEXT_SPECIFIC | number

/** Identifier of `[number]` with constructed contents, as EXPLICIT gives every type. */
export const contextConstructed = (number: number): number =>
  CONTEXT_SPECIFIC | CONSTRUCTED | number

/** An identifier as text, for messages: `SEQUENCE`, or `[CONTEXT 3] primitive`. */
export function tagToText(tag: number): string {
  const universal = UNIVERSAL_NAMES[tag]
  if (universal !== undefined) return universal
  const form = (tag & CONSTRUCTED) === 0 ? 'primitive' : 'constructed'
  return `[${CLASSES[tag >> 6] ?? ''} ${String(tag & TAG_NUMBER_BITS)}] ${form}`
}
