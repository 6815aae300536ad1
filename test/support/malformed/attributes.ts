/**
 * Faults of the attributes, and of extensions as a list.
 * @module
 */
import { csrAttribute, extensionRequest } from '@edge-issuer/testbed/pki/csr'
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
} from '@edge-issuer/testbed/pki/x509'
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
    'csr_malformed/extension_request_repeated',
    withAttributes(extensionRequest(KEY_USAGE), extensionRequest(SAN)),
    /attributes\[1\]\.type is a second request for extensions, and parsers differ/,
  ],
  [
    'the same request for extensions twice',
    'csr_malformed/extension_request_repeated',
    withAttributes(extensionRequest(SAN), extensionRequest(SAN)),
    /attributes\[1\]\.type is a second request/,
  ],
  [
    'a request for extensions of Microsoft before the standard one',
    'csr_malformed/extension_request_repeated',
    withAttributes(
      csrAttribute(MICROSOFT_EXTENSION_REQUEST, seq(KEY_USAGE)),
      extensionRequest(SAN),
    ),
    /attributes\[1\]\.type is a second request/,
  ],
  [
    'a request for extensions of Microsoft after an empty one',
    'csr_malformed/extension_request_repeated',
    withAttributes(
      csrAttribute(EXTENSION_REQUEST),
      csrAttribute(MICROSOFT_EXTENSION_REQUEST, EXTENSIONS),
    ),
    /attributes\[1\]\.type is a second request/,
  ],
  [
    'an attribute that asks for extensions twice',
    'csr_malformed/extension_request_repeated',
    withAttributes(csrAttribute(EXTENSION_REQUEST, seq(KEY_USAGE, EXT_KEY_USAGE), seq(SAN))),
    /attributes\[0\]\.values is a second request/,
  ],
  [
    'an extension twice in the request of Microsoft',
    'csr_malformed/extension_repeated',
    withAttributes(csrAttribute(MICROSOFT_EXTENSION_REQUEST, seq(SAN, SAN))),
    /extensionRequest has subjectAltName \(2\.5\.29\.17\) twice/,
  ],
  [
    'an attribute that is no SEQUENCE',
    'csr_malformed/tag_unexpected',
    withAttributes(set(oid(CHALLENGE_PASSWORD))),
    /attributes\[0\] is SET; expected SEQUENCE/,
  ],
  [
    'an attribute without a type',
    'csr_malformed/tag_unexpected',
    withAttributes(seq(set(utf8('a')))),
    /attributes\[0\]\.type is SET; expected OBJECT IDENTIFIER/,
  ],
  [
    'values that are not in a SET',
    'csr_malformed/tag_unexpected',
    withAttributes(seq(oid(EXTENSION_REQUEST), seq(EXTENSIONS))),
    /values is SEQUENCE; expected SET/,
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
    /1\.2\.3/,
  ],
  [
    'a name in a form that is never certified',
    'name_not_allowed',
    insteadOfSan(subjectAltName(primitive(8, octets(0x2a, 3)))),
    /"registeredID" is a kind of name that is never certified/,
  ],
]
