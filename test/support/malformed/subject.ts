/**
 * Faults of the subject and of character strings.
 * @module
 */
import { ascii, attribute, integer, octets, oid, printable, seq, set, tlv, utf8 } from '../x509.ts'
import { changed, type MalformedCase } from './base.ts'

const CN = '2.5.4.3'
const withRdns = (...rdns: readonly Uint8Array[]): Uint8Array => changed({ subject: seq(...rdns) })
/** A common name that is not a UTF8String. */
const withValue = (value: Uint8Array): Uint8Array => withRdns(set(attribute('CN', value)))
/** A common name under a type with these octets. */
const withType = (...contents: readonly number[]): Uint8Array =>
  withRdns(set(seq(tlv(6, octets(...contents)), utf8('web.example'))))

export const SUBJECT_CASES: readonly MalformedCase[] = [
  ['an empty RDN', 'csr_malformed/list_empty', withRdns(set()), /subject\[0\] is an empty RDN/],
  [
    'a SEQUENCE instead of an RDN',
    'csr_malformed/tag_unexpected',
    withRdns(seq(attribute('CN', 'web.example'))),
    /subject\[0\] is SEQUENCE; expected SET/,
  ],
  [
    'attributes of an RDN out of order',
    'csr_malformed/set_order',
    withRdns(set(attribute('O', 'b'), attribute('CN', 'a'))),
    /subject\[0\]\[1\] is not in the order of DER/,
  ],
  [
    'the same attribute twice',
    'csr_malformed/set_element_repeated',
    withRdns(set(attribute('O', 'a'), attribute('O', 'a'))),
    /subject\[0\]\[1\] is there twice/,
  ],
  [
    'two common names in one RDN',
    'csr_malformed/rdn_attribute_repeated',
    withRdns(set(attribute('CN', 'a'), attribute('CN', 'b'))),
    /subject\[0\] has one attribute type twice/,
  ],
  [
    'an unknown attribute type twice in one RDN',
    'csr_malformed/rdn_attribute_repeated',
    withRdns(set(attribute('1.2.3', 'a'), attribute('1.2.3', 'b'))),
    /one attribute type twice/,
  ],
  [
    'an attribute without a value',
    'csr_malformed/field_missing',
    withRdns(set(seq(oid(CN)))),
    /value is missing/,
  ],
  [
    'an attribute with two values',
    'csr_malformed/field_unexpected',
    withRdns(set(seq(oid(CN), utf8('a'), utf8('b')))),
    /subject\[0\]\[0\] has 3 octets too many/,
  ],
  [
    'a TeletexString',
    'csr_malformed/string_type_not_accepted',
    withValue(tlv(0x14, ascii('web'))),
    /is TeletexString; UTF8String, PrintableString or IA5String is wanted/,
  ],
  [
    'a BMPString',
    'csr_malformed/string_type_not_accepted',
    withValue(tlv(0x1e, octets(0, 97))),
    /is BMPString/,
  ],
  [
    'a UniversalString',
    'csr_malformed/string_type_not_accepted',
    withValue(tlv(0x1c, octets(0, 0, 0, 97))),
    /is UniversalString/,
  ],
  [
    'a NumericString',
    'csr_malformed/string_type_not_accepted',
    withValue(tlv(0x12, ascii('1'))),
    /is NumericString/,
  ],
  ['a number', 'csr_malformed/string_type_not_accepted', withValue(integer(1)), /is INTEGER/],
  [
    'a string in pieces',
    'csr_malformed/constructed_form',
    withValue(tlv(0x2c, utf8('web'), utf8('.example'))),
    /value is in the constructed form/,
  ],
  [
    'a PrintableString with @',
    'csr_malformed/string_not_printable',
    withValue(printable('a@b')),
    /a character that PrintableString does not have/,
  ],
  [
    'UTF-8 in too many octets',
    'csr_malformed/string_not_utf8',
    withValue(tlv(0x0c, octets(0xc1, 0xa1))),
    /value is not UTF-8/,
  ],
  [
    'latin-1 in a UTF8String',
    'csr_malformed/string_not_utf8',
    withValue(tlv(0x0c, octets(0xe5))),
    /value is not UTF-8/,
  ],
  [
    'an IA5String with an eighth bit',
    'csr_malformed/string_not_ascii',
    withValue(tlv(0x16, octets(0xe5))),
    /an octet that is not ASCII/,
  ],
  [
    'a NUL in the common name',
    'csr_malformed/string_has_nul',
    withValue(utf8('web.example\u0000.evil.example')),
    /value has a NUL character/,
  ],
  [
    'a type that is not in its shortest form',
    'csr_malformed/oid_not_minimal',
    withType(0x55, 4, 0x80, 3),
    /type is an OBJECT IDENTIFIER that is not in its shortest form/,
  ],
  ['a type that is cut short', 'csr_malformed/oid_truncated', withType(0x55, 4, 0x83), /cut short/],
  ['a type without contents', 'csr_malformed/oid_truncated', withType(), /cut short/],
  [
    'a type of 65 octets',
    'csr_malformed/oid_too_long',
    withType(...new Uint8Array(65).fill(1)),
    /type is an OBJECT IDENTIFIER that is too long/,
  ],
  [
    'a type with an arc of 2⁵³',
    'csr_malformed/oid_arc_too_large',
    withRdns(set(seq(oid('1.3.9007199254740992'), utf8('a')))),
    /too large an arc/,
  ],
  [
    'an attribute that nobody may have',
    'subject_not_allowed',
    withRdns(set(attribute('title', 'Dr'))),
    /has the attribute 2\.5\.4\.12/,
  ],
  ['an empty common name', 'subject_not_allowed', withValue(utf8('')), /"CN=" is empty/],
  [
    'a common name of 65 characters',
    'subject_not_allowed',
    withValue(utf8('a'.repeat(65))),
    /has 65 characters; 64 are the most/,
  ],
]
