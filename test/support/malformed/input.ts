/**
 * Faults of the whole input and of its outermost fields.
 * @module
 */
import { csrInfo, signCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  algorithmOf,
  bitString,
  commonName,
  concat,
  constructed,
  extension,
  integer,
  NULL,
  octets,
  seq,
  signWith,
  tlv,
} from '@edge-issuer/testbed/pki/x509'
import { changed, type MalformedCase, VALID, withExtension } from './base.ts'

const KEY = aKey()
const INFO = csrInfo(VALID)
const SIGNATURE = bitString(signWith(KEY, INFO))
const ALGORITHM = algorithmOf(KEY)
const CSR = changed({})
const { subject = octets() } = VALID

/** The request with its first four octets, the header with a length of two octets, replaced. */
const withHeader = (header: readonly number[], tail: readonly number[] = []): Uint8Array =>
  concat(octets(...header), CSR.subarray(4), octets(...tail))
/** A signed request with these fields of CertificationRequestInfo. */
const withInfo = (...fields: readonly Uint8Array[]): Uint8Array => signCsr(seq(...fields))
const base64 = (der: Uint8Array | string = ''): string => Buffer.from(der).toString('base64')
/** One whose base64 ends in `==`; signatures of Ed25519 have one length. */
const PADDED = [1, 2, 3]
  .map((length) => changed({ key: aKey('Ed25519'), subject: commonName('a'.repeat(length)) }))
  .find(({ length }) => length % 3 === 1)
const [HIGH = 0, LOW = 0] = CSR.subarray(2, 4)

export const INPUT_CASES: readonly MalformedCase[] = [
  [
    'a character too many',
    'csr_malformed/base64_not_canonical',
    `${base64(CSR)}A`,
    /canonical base64$/,
  ],
  [
    'a line end in the base64',
    'csr_malformed/base64_not_canonical',
    `${base64(CSR)}\n`,
    /canonical/,
  ],
  ['the URL alphabet', 'csr_malformed/base64_not_canonical', 'MIIB-_==', /canonical/],
  [
    'bits behind the last octet',
    'csr_malformed/base64_not_canonical',
    base64(PADDED).replace(/.==$/, 'B=='),
    /canonical/,
  ],
  [
    'PEM inside the base64',
    'csr_malformed/base64_of_pem',
    base64(`-----BEGIN CERTIFICATE REQUEST-----\n${base64(CSR)}`),
    /expected base64 of DER: the text between the PEM lines$/,
  ],
  [
    'PEM inside the base64, after text',
    'csr_malformed/base64_of_pem',
    base64(`Certificate Request:\n-----BEGIN CERTIFICATE REQUEST-----\n${base64(CSR)}`),
    /is base64 of PEM; expected base64 of DER/,
  ],
  [
    '24,577 octets',
    'csr_malformed/input_too_large',
    // A signature of ECDSA differs in length, so only the size of the filler is known.
    withExtension(extension('1.2.3', new Uint8Array(24_400))),
    /it has 24\d{3} octets, which exceeds the maximum of 24576/,
  ],
  [
    'no octets',
    'csr_malformed/field_missing',
    '',
    /certificationRequest is missing \(at octet 0\)/,
  ],
  ['one octet', 'csr_malformed/truncated', octets(0x30), /is cut short \(at octet 0\)/],
  ['its last octet missing', 'csr_malformed/truncated', CSR.subarray(0, -1), /is cut short/],
  [
    'a length that is cut short',
    'csr_malformed/truncated',
    octets(0x30, 0x82, 1),
    /certificationRequest is cut short/,
  ],
  [
    'an octet after it',
    'csr_malformed/trailing_octets',
    concat(CSR, octets(0)),
    /the input has 1 octets too many/,
  ],
  [
    'another request after it',
    'csr_malformed/trailing_octets',
    concat(CSR, CSR),
    /octets too many/,
  ],
  [
    'the indefinite form',
    'csr_malformed/length_indefinite',
    withHeader([0x30, 0x80], [0, 0]),
    /indefinite length/,
  ],
  [
    'a length with a leading zero',
    'csr_malformed/length_not_minimal',
    withHeader([0x30, 0x83, 0, HIGH, LOW]),
    /shortest form/,
  ],
  [
    'a short length in the long form',
    'csr_malformed/length_not_minimal',
    withInfo(octets(2, 0x81, 1, 0), subject, KEY.spki, constructed(0)),
    /version has a length that is not in its shortest form/,
  ],
  [
    'a length of four octets',
    'csr_malformed/length_too_large',
    withHeader([0x30, 0x84, 0, 0, HIGH, LOW]),
    /more than 3 octets/,
  ],
  [
    'the reserved length 255',
    'csr_malformed/length_too_large',
    withHeader([0x30, 0xff, HIGH, LOW]),
    /more than 3 octets/,
  ],
  [
    'a SET instead of the SEQUENCE',
    'csr_malformed/tag_unexpected',
    withHeader([0x31, 0x82, HIGH, LOW]),
    /is SET; expected SEQUENCE/,
  ],
  [
    'a tag number in more than one octet',
    'csr_malformed/tag_number_too_large',
    withHeader([0x3f, 0x10, 0x82, HIGH, LOW]),
    /tag number above 30/,
  ],
  [
    'a field after the signature',
    'csr_malformed/field_unexpected',
    seq(INFO, ALGORITHM, SIGNATURE, NULL),
    /certificationRequest has 2 octets too many/,
  ],
  [
    'no signature',
    'csr_malformed/field_missing',
    seq(INFO, ALGORITHM),
    /certificationRequest\.signature is missing/,
  ],
  [
    'the version of a certificate',
    'csr_malformed/version_unsupported',
    changed({ version: integer(2) }),
    /version is not v1 \(0\)/,
  ],
  [
    'version 1 in two octets',
    'csr_malformed/integer_not_minimal',
    changed({ version: integer(0, 0) }),
    /version is an INTEGER that is not in its shortest form/,
  ],
  [
    'a negative version',
    'csr_malformed/integer_negative',
    changed({ version: integer(255) }),
    /version is a negative INTEGER/,
  ],
  [
    'a version without contents',
    'csr_malformed/integer_empty',
    changed({ version: tlv(2) }),
    /version is an INTEGER without contents/,
  ],
  [
    'a version of five octets',
    'csr_malformed/integer_too_large',
    changed({ version: integer(1, 0, 0, 0, 0) }),
    /version is an INTEGER above 2147483647/,
  ],
  [
    'no attributes field',
    'csr_malformed/field_missing',
    withInfo(integer(0), subject, KEY.spki),
    /attributes is missing/,
  ],
  [
    'a field after the attributes',
    'csr_malformed/field_unexpected',
    withInfo(integer(0), subject, KEY.spki, constructed(0), NULL),
    /certificationRequestInfo has 2 octets too many/,
  ],
  [
    'attributes under another number',
    'csr_malformed/tag_unexpected',
    withInfo(integer(0), subject, KEY.spki, constructed(1)),
    /is \[CONTEXT 1\] constructed/,
  ],
]
