/**
 * Certification requests that other parsers accept, in part or as something else. Each is signed
 * correctly over its malformed octets, so that nothing but the reader can refuse it.
 */
import { describe, it } from 'vitest'
import { csrInfo, makeCsr, rsaSpki, signCsr } from '../../support/csr.ts'
import {
  aKey,
  ascii,
  attribute,
  bitString,
  commonName,
  concat,
  constructed,
  extension,
  integer,
  NULL,
  octets,
  oid,
  printable,
  seq,
  set,
  signWith,
  tlv,
  utf8,
} from '../../support/x509.ts'
import { refusalOf } from './refusal-of.ts'

const KEY = aKey()
const ECDSA_SHA256 = '1.2.840.10045.4.3.2'
const EC_KEY = '1.2.840.10045.2.1'
const RSA_KEY = '1.2.840.113549.1.1.1'
const ED25519 = '1.3.101.112'
const P256 = '1.2.840.10045.3.1.7'
const withSubject = (...rdns: readonly Uint8Array[]): Uint8Array =>
  makeCsr({ subject: seq(...rdns) })
const withSpki = (spki: Uint8Array): Uint8Array => makeCsr({ spki })
const VALID = makeCsr({ extensions: [extension('1.2.3', new Uint8Array(200))] })
/** The request with the four octets of its header replaced: its length takes two octets. */
const withHeader = (header: readonly number[], tail: readonly number[] = []): Uint8Array =>
  concat(octets(...header), VALID.subarray(4), octets(...tail))
const point = KEY.spki.subarray(-65)

describe('refused as a whole', () => {
  it.for([
    ['octets after the request', concat(VALID, octets(0)), /has 1 octets too many/],
    ['two requests', concat(VALID, VALID), /octets too many/],
    ['the indefinite form', withHeader([0x30, 0x80], [0, 0]), /indefinite length/],
    [
      'a length with a leading zero',
      withHeader([0x30, 0x83, 0, ...VALID.subarray(2, 4)]),
      /shortest form/,
    ],
    ['a SET instead of the SEQUENCE', withHeader([0x31, ...VALID.subarray(1, 4)]), /is SET/],
    [
      'a field after the signature',
      seq(csrInfo(), seq(oid(ECDSA_SHA256)), bitString(signWith(KEY, csrInfo())), NULL),
      /too many/,
    ],
    ['PEM', Buffer.from('-----BEGIN CERTIFICATE REQUEST-----'), /cut short/],
    ['a certificate’s version', makeCsr({ version: integer(2) }), /version is not v1/],
    ['version 1 in two octets', makeCsr({ version: integer(0, 0) }), /shortest form/],
    ['a negative version', makeCsr({ version: integer(255) }), /negative/],
    [
      'no attributes field',
      signCsr(seq(integer(0), commonName('a'), KEY.spki)),
      /attributes is missing/,
    ],
    [
      'a field after the attributes',
      signCsr(seq(integer(0), commonName('a'), KEY.spki, constructed(0), NULL)),
      /certificationRequestInfo has 2 octets too many/,
    ],
    [
      'attributes under another number',
      signCsr(seq(integer(0), commonName('a'), KEY.spki, constructed(1))),
      /\[CONTEXT 1\] constructed/,
    ],
  ] as const)('%s', ([, der, expected], { expect }) => {
    expect(refusalOf(der)).toMatch(expected)
  })
})

describe('refused for the subject', () => {
  it.for([
    ['an empty RDN', withSubject(set()), /subject\[0\] is an empty RDN/],
    ['a SEQUENCE instead of an RDN', withSubject(seq(attribute('CN', 'a'))), /is SEQUENCE; SET/],
    [
      'attributes of an RDN out of order',
      withSubject(set(attribute('O', 'b'), attribute('CN', 'a'))),
      /not in the order/,
    ],
    [
      'one attribute type twice in an RDN',
      withSubject(set(attribute('CN', 'a'), attribute('CN', 'b'))),
      /one attribute type twice/,
    ],
    ['an attribute without a value', withSubject(set(seq(oid('2.5.4.3')))), /value is missing/],
    [
      'an attribute with two values',
      withSubject(set(seq(oid('2.5.4.3'), utf8('a'), utf8('b')))),
      /too many/,
    ],
    ['a TeletexString', withSubject(set(attribute('CN', tlv(20, ascii('a'))))), /TeletexString/],
    ['a BMPString', withSubject(set(attribute('CN', tlv(30, octets(0, 97))))), /BMPString/],
    [
      'a UniversalString',
      withSubject(set(attribute('CN', tlv(28, octets(0, 0, 0, 97))))),
      /UniversalString/,
    ],
    ['a number', withSubject(set(attribute('CN', integer(1)))), /is INTEGER/],
    ['a string in pieces', withSubject(set(attribute('CN', tlv(0x2c, utf8('a'))))), /UNIVERSAL 12/],
    [
      'a PrintableString with @',
      withSubject(set(attribute('CN', printable('a@b')))),
      /does not have/,
    ],
    [
      'UTF-8 in too many octets',
      withSubject(set(attribute('CN', tlv(12, octets(0xc1, 0xa1))))),
      /not UTF-8/,
    ],
    [
      'a type that is not in its shortest form',
      withSubject(set(seq(tlv(6, octets(0x55, 4, 0x80, 3)), utf8('a')))),
      /shortest form/,
    ],
  ] as const)('%s', ([, der, expected], { expect }) => {
    expect(refusalOf(der)).toMatch(expected)
  })
})

describe('refused for the public key', () => {
  it.for([
    ['unused bits', withSpki(seq(seq(oid(EC_KEY), oid(P256)), bitString(point, 1))), /unused bits/],
    [
      'parameters after the curve',
      withSpki(seq(seq(oid(EC_KEY), oid(P256), NULL), bitString(point))),
      /too many/,
    ],
    [
      'Ed25519 with NULL',
      withSpki(seq(seq(oid(ED25519), NULL), bitString(new Uint8Array(32)))),
      /too many/,
    ],
    [
      'Ed25519 of 31 octets',
      withSpki(seq(seq(oid(ED25519)), bitString(new Uint8Array(31)))),
      /32 octets/,
    ],
    [
      'RSA without NULL',
      withSpki(seq(seq(oid(RSA_KEY)), bitString(seq(integer(5), integer(3))))),
      /parameters is missing/,
    ],
    [
      'a negative RSA modulus',
      withSpki(seq(seq(oid(RSA_KEY), NULL), bitString(seq(integer(0x85), integer(3))))),
      /modulus is a negative/,
    ],
    [
      'a third RSA number',
      withSpki(seq(seq(oid(RSA_KEY), NULL), bitString(seq(integer(5), integer(3), integer(7))))),
      /RSAPublicKey has 3 octets too many/,
    ],
    [
      'octets after the RSA key',
      withSpki(seq(seq(oid(RSA_KEY), NULL), bitString(concat(seq(integer(5), integer(3)), NULL)))),
      /subjectPublicKey has 2 octets too many/,
    ],
    ['an RSA key with a signature of ECDSA', withSpki(rsaSpki(5n, 3n)), /is for EC keys/],
  ] as const)('%s', ([, der, expected], { expect }) => {
    expect(refusalOf(der)).toMatch(expected)
  })
})
