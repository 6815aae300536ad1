/**
 * Attributes and extensions that other parsers accept, in part or as something else. Each is signed
 * correctly over its malformed octets, so that nothing but the reader can refuse it.
 */
import { describe, it } from 'vitest'
import { csrAttribute, extensionRequest, makeCsr } from '../../support/csr.ts'
import {
  bitString,
  concat,
  constructed,
  extension,
  generalName,
  integer,
  keyUsage,
  NULL,
  octets,
  octetString,
  oid,
  primitive,
  seq,
  subjectAltName,
  tlv,
  TRUE,
  utf8,
} from '../../support/x509.ts'
import { refusalOf } from './refusal-of.ts'

const DNS = generalName.dns('a.example')
const SAN = subjectAltName(DNS)
const SAN_OID = '2.5.29.17'
const FALSE = octets(1, 1, 0)
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const withExtensions = (...extensions: readonly Uint8Array[]): Uint8Array => makeCsr({ extensions })
const withAttributes = (...attributes: readonly Uint8Array[]): Uint8Array => makeCsr({ attributes })

describe('refused for the attributes', () => {
  it.for([
    [
      'two that ask for extensions',
      withAttributes(extensionRequest(SAN), extensionRequest(keyUsage(0))),
      /order|twice/,
    ],
    [
      'two that ask for extensions, in order',
      withAttributes(extensionRequest(keyUsage(0)), extensionRequest(SAN)),
      /extensionRequest.* twice/,
    ],
    [
      'one that asks twice',
      withAttributes(csrAttribute(EXTENSION_REQUEST, seq(keyUsage(0)), seq(SAN))),
      /values has \d+ octets too many/,
    ],
    ['one that asks for nothing', withAttributes(csrAttribute(EXTENSION_REQUEST)), /is missing/],
    [
      'one that asks for an empty list',
      withAttributes(extensionRequest()),
      /extensionRequest is empty/,
    ],
    [
      'Microsoft’s twin',
      withAttributes(csrAttribute('1.3.6.1.4.1.311.2.1.14', seq(SAN))),
      /microsoftExtensionRequest/,
    ],
    ['an unknown one', withAttributes(csrAttribute('1.2.3.4', NULL)), /1\.2\.3\.4/],
    [
      'two out of order',
      withAttributes(
        csrAttribute('1.2.840.113549.1.9.7', utf8('a')),
        csrAttribute('1.2.840.113549.1.9.2', utf8('a')),
      ),
      /not in the order/,
    ],
    [
      'a value that is not a SET',
      withAttributes(seq(oid(EXTENSION_REQUEST), seq(seq(SAN)))),
      /SET is wanted/,
    ],
  ] as const)('%s', ([, der, expected], { expect }) => {
    expect(refusalOf(der)).toMatch(expected)
  })
})

describe('refused for an extension', () => {
  it.for([
    ['one twice', withExtensions(SAN, SAN), /subjectAltName.* twice/],
    [
      'an unknown one twice',
      withExtensions(extension('1.2.3', NULL), extension('1.2.3', TRUE)),
      /1\.2\.3 twice/,
    ],
    [
      'critical FALSE',
      withExtensions(seq(oid(SAN_OID), FALSE, octetString(seq(DNS)))),
      /DEFAULT|default/,
    ],
    [
      'critical of 01',
      withExtensions(seq(oid(SAN_OID), octets(1, 1, 1), octetString(seq(DNS)))),
      /neither 00 nor FF/,
    ],
    ['no value', withExtensions(seq(oid(SAN_OID))), /extnValue is missing/],
    [
      'a value in pieces',
      withExtensions(seq(oid(SAN_OID), tlv(0x24, octetString(seq(DNS))))),
      /UNIVERSAL 4/,
    ],
    [
      'a field after the value',
      withExtensions(seq(oid(SAN_OID), octetString(seq(DNS)), NULL)),
      /too many/,
    ],
    [
      'octets after the names',
      withExtensions(extension(SAN_OID, concat(seq(DNS), NULL))),
      /extnValue has 2/,
    ],
    ['no names', withExtensions(subjectAltName()), /subjectAltName is empty/],
    [
      'an address of 5 octets',
      withExtensions(subjectAltName(generalName.ip(1, 2, 3, 4, 5))),
      /5 octets; 4 or 16/,
    ],
    [
      'an address with a mask',
      withExtensions(subjectAltName(generalName.ip(1, 2, 3, 4, 0, 0, 0, 0))),
      /8 octets/,
    ],
    [
      'a DNS name that is not ASCII',
      withExtensions(subjectAltName(primitive(2, octets(0xe5)))),
      /not ASCII/,
    ],
    [
      'a DNS name in pieces',
      withExtensions(subjectAltName(constructed(2, utf8('a')))),
      /no GeneralName/,
    ],
    [
      'a name of number 9',
      withExtensions(subjectAltName(primitive(9, octets(1)))),
      /no GeneralName/,
    ],
    [
      'an otherName without a value',
      withExtensions(subjectAltName(constructed(0, oid('1.2.3')))),
      /value is missing/,
    ],
    [
      'an otherName with two values',
      withExtensions(
        subjectAltName(constructed(0, oid('1.2.3'), constructed(0, utf8('a'), utf8('b')))),
      ),
      /too many/,
    ],
    [
      'keyUsage without a bit',
      withExtensions(extension('2.5.29.15', bitString(octets()))),
      /no bit set/,
    ],
    [
      'keyUsage with a trailing zero',
      withExtensions(extension('2.5.29.15', bitString(octets(0x80), 6))),
      /shortest/,
    ],
    ['an empty extKeyUsage', withExtensions(extension('2.5.29.37', seq())), /extKeyUsage is empty/],
    [
      'basicConstraints with cA FALSE',
      withExtensions(extension('2.5.29.19', seq(FALSE))),
      /default/,
    ],
    [
      'a path length without cA',
      withExtensions(extension('2.5.29.19', seq(integer(0)))),
      /without cA/,
    ],
    [
      'a negative path length',
      withExtensions(extension('2.5.29.19', seq(TRUE, integer(255)))),
      /negative/,
    ],
    [
      'empty nameConstraints',
      withExtensions(extension('2.5.29.30', seq())),
      /nameConstraints is empty/,
    ],
    [
      'nameConstraints with a minimum',
      withExtensions(
        extension('2.5.29.30', seq(constructed(0, seq(DNS, primitive(0, octets(1)))))),
      ),
      /\[0\] has 3 octets too many/,
    ],
    [
      'nameConstraints with a mask of holes',
      withExtensions(
        extension(
          '2.5.29.30',
          seq(constructed(0, seq(generalName.ip(10, 0, 0, 0, 255, 0, 255, 0)))),
        ),
      ),
      /ones and then zeros/,
    ],
  ] as const)('%s', ([, der, expected], { expect }) => {
    expect(refusalOf(der)).toMatch(expected)
  })
})
