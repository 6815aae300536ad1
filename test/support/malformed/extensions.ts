/**
 * Faults of the extensions that are read.
 * @module
 */
import {
  bitString,
  constructed,
  extension,
  generalName,
  integer,
  octets,
  oid,
  primitive,
  seq,
  tlv,
  TRUE,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import {
  insteadOfKeyUsage,
  insteadOfSan,
  type MalformedCase,
  withExtension,
  withNames,
} from './base.ts'

const FALSE = octets(1, 1, 0)
const DNS = generalName.dns('web.example')
const UPN = '1.3.6.1.4.1.311.20.2.3'
const withKeyUsage = (bits: Uint8Array): Uint8Array =>
  insteadOfKeyUsage(extension('2.5.29.15', bits))
const withBasicConstraints = (...fields: readonly Uint8Array[]): Uint8Array =>
  withExtension(extension('2.5.29.19', seq(...fields)))
const withNameConstraints = (...fields: readonly Uint8Array[]): Uint8Array =>
  withExtension(extension('2.5.29.30', seq(...fields)))

export const EXTENSION_CASES: readonly MalformedCase[] = [
  ['no names', 'csr_malformed/list_empty', withNames(), /subjectAltName is empty/],
  [
    'an address of 5 octets',
    'csr_malformed/ip_address_length',
    withNames(generalName.ip(10, 0, 0, 1, 0)),
    /subjectAltName\[0\] is an iPAddress of 5 octets; expected 4 or 16/,
  ],
  [
    'an address with a mask',
    'csr_malformed/ip_address_length',
    withNames(generalName.ip(10, 0, 0, 1, 255, 255, 255, 255)),
    /an iPAddress of 8 octets/,
  ],
  [
    'a DNS name that is not ASCII',
    'csr_malformed/string_not_ascii',
    withNames(primitive(2, octets(0xe5))),
    /subjectAltName\[0\] has an octet that is not ASCII/,
  ],
  [
    'a NUL in a DNS name',
    'csr_malformed/string_has_nul',
    withNames(generalName.dns('web.example\u0000.evil.example')),
    /subjectAltName\[0\] has a NUL character/,
  ],
  [
    'a NUL in an otherName',
    'csr_malformed/string_has_nul',
    withNames(generalName.other(UPN, utf8('me\u0000'))),
    /value has a NUL character/,
  ],
  [
    'a DNS name in pieces',
    'csr_malformed/general_name_unknown',
    withNames(constructed(2, tlv(0x16, octets(97)))),
    /subjectAltName\[0\] is no GeneralName/,
  ],
  [
    'a name of number 9',
    'csr_malformed/general_name_unknown',
    withNames(primitive(9, octets(1))),
    /subjectAltName\[0\] is no GeneralName/,
  ],
  [
    'an otherName that is not UTF-8',
    'csr_malformed/string_not_utf8',
    withNames(generalName.other(UPN, tlv(0x0c, octets(0xe5)))),
    /value is not UTF-8/,
  ],
  [
    'an otherName of 4,097 octets',
    'csr_malformed/string_too_long',
    withNames(generalName.other(UPN, utf8('a'.repeat(4097)))),
    /value has more than 4096 octets/,
  ],
  [
    'an otherName without a value',
    'csr_malformed/field_missing',
    withNames(constructed(0, oid(UPN))),
    /value is missing/,
  ],
  [
    'an otherName with two values',
    'csr_malformed/field_unexpected',
    withNames(constructed(0, oid(UPN), constructed(0, utf8('a'), utf8('b')))),
    /value has 3 octets too many/,
  ],
  [
    'an otherName of another type',
    'name_not_allowed',
    withNames(generalName.other(UPN, TRUE)),
    /"otherName:1\.3\.6\.1\.4\.1\.311\.20\.2\.3;#0101ff"/,
  ],
  [
    'a directoryName',
    'name_not_allowed',
    withNames(constructed(4, seq())),
    /"directoryName" is a kind of name that is never certified/,
  ],
  [
    'a DNS name with an empty label',
    'name_malformed',
    withNames(generalName.dns('a..b')),
    /"DNS:a\.\.b"/,
  ],
  [
    'keyUsage with an unused bit that is set',
    'csr_malformed/named_bits_padding',
    withKeyUsage(bitString(octets(0xc0), 7)),
    /keyUsage is a list of named bits whose unused bits are not zero/,
  ],
  [
    'keyUsage with unused bits and no octet',
    'csr_malformed/named_bits_padding',
    withKeyUsage(bitString(octets(), 1)),
    /unused bits are not zero/,
  ],
  [
    'keyUsage with 8 unused bits',
    'csr_malformed/named_bits_padding',
    withKeyUsage(bitString(octets(0x80, 0), 8)),
    /unused bits are not zero/,
  ],
  [
    'keyUsage without contents',
    'csr_malformed/bit_string_empty',
    withKeyUsage(tlv(3)),
    /keyUsage is a BIT STRING without contents/,
  ],
  [
    'keyUsage of 40 bits',
    'csr_malformed/named_bits_too_many',
    withKeyUsage(bitString(octets(0x80, 0, 0, 0, 1))),
    /keyUsage has too many bits/,
  ],
  [
    'keyUsage that the request does not name',
    'usage_mismatch',
    withKeyUsage(bitString(octets(0xa0), 5)),
    /has the keyUsage "digital signature", "key encipherment"/,
  ],
  [
    'an empty extKeyUsage',
    'csr_malformed/list_empty',
    insteadOfSan(extension('2.5.29.37', seq())),
    /extKeyUsage is empty/,
  ],
  [
    'cA of 01',
    'csr_malformed/boolean_not_der',
    withBasicConstraints(octets(1, 1, 1)),
    /cA is a BOOLEAN that is neither 00 nor FF/,
  ],
  [
    'a path length without cA that is no number',
    'csr_malformed/integer_negative',
    withBasicConstraints(FALSE, integer(255)),
    /pathLenConstraint is a negative INTEGER/,
  ],
  [
    'a negative path length',
    'csr_malformed/integer_negative',
    withBasicConstraints(TRUE, integer(255)),
    /pathLenConstraint is a negative INTEGER/,
  ],
  [
    'a CA where isCA is false',
    'ca_mismatch',
    withBasicConstraints(TRUE),
    /asks for isCA true, and the certificate would have isCA false/,
  ],
  [
    'empty nameConstraints',
    'csr_malformed/list_empty',
    withNameConstraints(),
    /nameConstraints is empty/,
  ],
  [
    'an empty list in nameConstraints',
    'csr_malformed/list_empty',
    withNameConstraints(constructed(0)),
    /permittedSubtrees is empty/,
  ],
  [
    'nameConstraints with a minimum',
    'csr_malformed/field_unexpected',
    withNameConstraints(constructed(0, seq(DNS, primitive(0, octets(1))))),
    /permittedSubtrees\[0\] has 3 octets too many/,
  ],
  [
    'nameConstraints with a mask of holes',
    'csr_malformed/ip_mask_not_contiguous',
    withNameConstraints(constructed(0, seq(generalName.ip(10, 0, 0, 0, 255, 0, 255, 0)))),
    /a mask that is not ones and then zeros/,
  ],
]
