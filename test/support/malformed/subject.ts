/**
 * Faults of the subject and of character strings.
 * @module
 */
import {
  ascii,
  attribute,
  integer,
  octets,
  oid,
  printable,
  seq,
  set,
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
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
  ...(
    [
      ['a UniversalString', 0x1c, 'UniversalString'],
      ['a VisibleString', 0x1a, 'VisibleString'],
      ['a BIT STRING', 0x03, 'BIT STRING'],
      ['a time', 0x18, 'GeneralizedTime'],
    ] as const
  ).map(([title, tag, type]): MalformedCase => [
    title,
    'csr_malformed/string_type_not_accepted',
    withValue(tlv(tag, octets(0, 0, 0, 97))),
    new RegExp(`value is ${type}; expected UTF8String, PrintableString, IA5String, Teletex`),
  ]),
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
    'a PrintableString with an underscore',
    'csr_malformed/string_not_printable',
    withValue(printable('a_b')),
    /a character that PrintableString does not have/,
  ],
  [
    'a PrintableString with an eighth bit',
    'csr_malformed/string_not_printable',
    withValue(tlv(0x13, octets(0xe5))),
    /a character that PrintableString does not have/,
  ],
  [
    'a NumericString with a letter',
    'csr_malformed/string_not_numeric',
    withValue(tlv(0x12, ascii('12a'))),
    /a character that NumericString does not have/,
  ],
  ...(
    [
      ['of an odd length', [0, 97, 0]],
      ['with a surrogate', [0xd8, 0, 0xdc, 0]],
      ['with the last surrogate', [0xdf, 0xff]],
      ['with a noncharacter', [0xfd, 0xd0]],
      ['with U+FFFE', [0xff, 0xfe]],
      ['with U+FFFF', [0xff, 0xff]],
    ] as const
  ).map(([title, contents]): MalformedCase => [
    `a BMPString ${title}`,
    'csr_malformed/string_not_bmp',
    withValue(tlv(0x1e, octets(...contents))),
    /value is not UCS-2, or has a code point that is no character/,
  ]),
  [
    'a NUL at the end of a BMPString, which Go drops',
    'csr_malformed/string_has_nul',
    withValue(tlv(0x1e, octets(0, 97, 0, 0))),
    /value has a NUL character/,
  ],
  [
    'a NUL in a TeletexString',
    'csr_malformed/string_has_nul',
    withValue(tlv(0x14, octets(0xe5, 0))),
    /value has a NUL character/,
  ],
  [
    'a common name of 4,097 octets',
    'csr_malformed/string_too_long',
    withValue(utf8('a'.repeat(4097))),
    /value has more than 4096 octets/,
  ],
  [
    '257 attributes',
    'csr_malformed/name_too_long',
    withRdns(...Array.from({ length: 257 }, () => set(attribute('OU', 'a')))),
    /subject\[256\] has more than 256 attributes/,
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
  ...(
    [
      ['UTF8String', utf8('a\nb')],
      ['TeletexString', tlv(0x14, octets(0xe5, 0x0a))],
      ['BMPString', tlv(0x1e, octets(0, 97, 0, 0x0a))],
      ['IA5String', tlv(0x16, octets(97, 0x0a))],
    ] as const
  ).map(([type, value]): MalformedCase => [
    `a line feed in a ${type}`,
    'subject_not_allowed',
    withValue(value),
    /control character/,
  ]),
]
