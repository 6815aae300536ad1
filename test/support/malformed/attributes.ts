/**
 * Faults of the attributes, and of extensions as a list.
 * @module
 */
import { csrAttribute, extensionRequest } from '../csr.ts'
import {
  concat,
  extension,
  generalName,
  integer,
  NULL,
  octets,
  octetString,
  oid,
  primitive,
  seq,
  set,
  subjectAltName,
  tlv,
  utf8,
} from '../x509.ts'
import {
  changed,
  EXT_KEY_USAGE,
  insteadOfSan,
  KEY_USAGE,
  type MalformedCase,
  SAN,
  withAttributes,
  withExtension,
} from './base.ts'

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const MICROSOFT_EXTENSION_REQUEST = '1.3.6.1.4.1.311.2.1.14'
const UNSTRUCTURED_NAME = '1.2.840.113549.1.9.2'
const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7'
const SAN_OID = oid('2.5.29.17')
const NAMES = seq(generalName.dns('web.example'))
const EXTENSIONS = seq(SAN, KEY_USAGE, EXT_KEY_USAGE)
/** SAN with these octets between its type and its value. */
const withCritical = (...critical: readonly number[]): Uint8Array =>
  insteadOfSan(seq(SAN_OID, octets(...critical), octetString(NAMES)))

export const ATTRIBUTE_CASES: readonly MalformedCase[] = [
  [
    'two attributes that ask for extensions',
    'csr_malformed/attribute_repeated',
    withAttributes(extensionRequest(KEY_USAGE), extensionRequest(SAN)),
    /extensionRequest \(1\.2\.840\.113549\.1\.9\.14\) twice/,
  ],
  [
    'one attribute twice',
    'csr_malformed/set_element_repeated',
    withAttributes(extensionRequest(SAN), extensionRequest(SAN)),
    /attributes\[1\] is there twice/,
  ],
  [
    'attributes out of order',
    'csr_malformed/set_order',
    withAttributes(
      csrAttribute(CHALLENGE_PASSWORD, utf8('a')),
      csrAttribute(UNSTRUCTURED_NAME, utf8('a')),
    ),
    /attributes\[1\] is not in the order of DER/,
  ],
  [
    'an attribute that asks for extensions twice',
    'csr_malformed/attribute_values',
    withAttributes(csrAttribute(EXTENSION_REQUEST, seq(KEY_USAGE, EXT_KEY_USAGE), seq(SAN))),
    /values has more or less than one value/,
  ],
  [
    'an attribute that asks for nothing',
    'csr_malformed/attribute_values',
    withAttributes(csrAttribute(EXTENSION_REQUEST)),
    /values has more or less than one value/,
  ],
  [
    'a challenge password without a value',
    'csr_malformed/attribute_values',
    withAttributes(csrAttribute(CHALLENGE_PASSWORD)),
    /values has more or less than one value/,
  ],
  [
    'two challenge passwords',
    'csr_malformed/attribute_values',
    withAttributes(csrAttribute(CHALLENGE_PASSWORD, utf8('a'), utf8('b'))),
    /values has more or less than one value/,
  ],
  [
    'a challenge password that is a number',
    'csr_malformed/string_type_not_accepted',
    withAttributes(csrAttribute(CHALLENGE_PASSWORD, integer(1))),
    /values\[0\] is INTEGER; UTF8String, PrintableString or IA5String is wanted/,
  ],
  [
    'an attribute that asks for an empty list',
    'csr_malformed/list_empty',
    withAttributes(extensionRequest()),
    /extensionRequest is empty/,
  ],
  [
    'Microsoft’s twin of the attribute',
    'csr_malformed/microsoft_extension_request',
    withAttributes(csrAttribute(MICROSOFT_EXTENSION_REQUEST, EXTENSIONS)),
    /microsoftExtensionRequest .* which some parsers read and others do not/,
  ],
  [
    'an unknown attribute',
    'csr_malformed/attribute_not_accepted',
    withAttributes(csrAttribute('1.2.3.4', NULL)),
    /type is 1\.2\.3\.4, an attribute that is not accepted/,
  ],
  [
    'values that are not in a SET',
    'csr_malformed/tag_unexpected',
    withAttributes(seq(oid(EXTENSION_REQUEST), seq(EXTENSIONS))),
    /values is SEQUENCE; SET is wanted/,
  ],
  [
    'a field after the values of an attribute',
    'csr_malformed/field_unexpected',
    withAttributes(seq(oid(EXTENSION_REQUEST), set(EXTENSIONS), NULL)),
    /attributes\[0\] has 2 octets too many/,
  ],
  [
    'one extension twice',
    'csr_malformed/extension_repeated',
    withExtension(SAN),
    /extensionRequest has subjectAltName \(2\.5\.29\.17\) twice/,
  ],
  [
    'an unknown extension twice',
    'csr_malformed/extension_repeated',
    changed({ extensions: [extension('1.2.3', NULL), extension('1.2.3', integer(1))] }),
    /extensionRequest has 1\.2\.3 twice/,
  ],
  [
    'critical of FALSE',
    'csr_malformed/default_stated',
    withCritical(1, 1, 0),
    /critical states the default FALSE, which DER leaves out/,
  ],
  [
    'critical of 01',
    'csr_malformed/boolean_not_der',
    withCritical(1, 1, 1),
    /critical is a BOOLEAN that is neither 00 nor FF/,
  ],
  [
    'critical of two octets',
    'csr_malformed/boolean_length',
    withCritical(1, 2, 255, 255),
    /critical is a BOOLEAN of more or less than one octet/,
  ],
  [
    'an extension without a value',
    'csr_malformed/field_missing',
    insteadOfSan(seq(SAN_OID)),
    /extnValue is missing/,
  ],
  [
    'the value of an extension in pieces',
    'csr_malformed/constructed_form',
    insteadOfSan(seq(SAN_OID, tlv(0x24, octetString(NAMES)))),
    /extnValue is in the constructed form/,
  ],
  [
    'a field after the value of an extension',
    'csr_malformed/field_unexpected',
    insteadOfSan(seq(SAN_OID, octetString(NAMES), NULL)),
    /extensionRequest\[0\] has 2 octets too many/,
  ],
  [
    'octets after what the value of an extension holds',
    'csr_malformed/trailing_octets',
    insteadOfSan(extension('2.5.29.17', concat(NAMES, NULL))),
    /extnValue has 2 octets too many/,
  ],
  [
    'the value of an extension that ends before its end',
    'csr_malformed/truncated',
    insteadOfSan(extension('2.5.29.17', NAMES.with(1, 20))),
    /subjectAltName is cut short/,
  ],
  [
    'an extension that is not certified',
    'extension_not_allowed',
    withExtension(extension('1.3.6.1.5.5.7.1.24', seq(integer(5)))),
    /TLS feature \(1\.3\.6\.1\.5\.5\.7\.1\.24\)/,
  ],
  [
    'an extension that is not certified, critical, and not even DER',
    'extension_not_allowed',
    withExtension(extension('1.2.3', octets(0xff), { critical: true })),
    /"1\.2\.3"/,
  ],
  [
    'a name in a form that is never certified',
    'name_not_allowed',
    insteadOfSan(subjectAltName(primitive(8, octets(0x2a, 3)))),
    /"registeredID" is a kind of name that is never certified/,
  ],
]
