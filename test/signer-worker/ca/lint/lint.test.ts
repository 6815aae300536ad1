import {
  bitString,
  concat,
  constructed,
  integer,
  name,
  NULL,
  octets,
  oid,
  primitive,
  seq,
  set,
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { lintTbsCertificate } from '../../../../signer-worker/src/ca/lint/lint.ts'
import {
  from2026To,
  generalizedTime,
  leafTbs,
  leaf,
  lintsOf,
  utcTime,
  type Violation,
} from '../tbs.ts'

const until = (what: string, lint: string, notAfter: Uint8Array): Violation =>
  leaf(what, lint, { validity: from2026To(notAfter) })

const FIELDS: readonly Violation[] = [
  leaf('version 1', 'e_invalid_certificate_version', { version: constructed(0, integer(0)) }),
  leaf('version 4', 'e_invalid_certificate_version', { version: constructed(0, integer(3)) }),
  leaf('the serial number 0', 'e_serial_number_not_positive', { serialNumber: integer(0) }),
  leaf('a negative serial number', 'e_serial_number_not_positive', { serialNumber: integer(0x80) }),
  leaf('a serial number of 21 octets', 'e_serial_number_longer_than_20_octets', {
    serialNumber: integer(...Array.from({ length: 21 }, () => 0x41)),
  }),
  leaf('a serial number with a zero octet in front', 'e_der_integer', {
    serialNumber: integer(0, 0x41),
  }),
  leaf('a signature with SHA-1', 'e_signature_algorithm_not_supported', {
    signature: seq(oid('1.2.840.113549.1.1.5'), NULL),
  }),
  leaf('an RSA signature without NULL', 'e_tbs_signature_rsa_encryption_parameter_missing_null', {
    signature: seq(oid('1.2.840.113549.1.1.11')),
  }),
  leaf('an ECDSA signature with NULL', 'e_tbs_signature_parameters_not_absent', {
    signature: seq(oid('1.2.840.10045.4.3.2'), NULL),
  }),
  leaf('an empty issuer', 'e_issuer_field_empty', { issuer: name() }),
  leaf('a unique identifier', 'e_cert_contains_unique_identifier', {
    uniqueIds: [primitive(1, octets(0, 1))],
  }),
  leaf('another unique identifier', 'e_cert_contains_unique_identifier', {
    uniqueIds: [primitive(2, octets(0, 1))],
  }),
]

const TIMES: readonly Violation[] = [
  until(
    'GeneralizedTime in 2049',
    'e_wrong_time_format_pre2050',
    generalizedTime('20491231235959Z'),
  ),
  until('UTCTime in 2050', 'e_validity_time_not_positive', utcTime('500101000000Z')),
  until('an end before its beginning', 'e_validity_time_not_positive', utcTime('261124115859Z')),
  until('UTCTime without seconds', 'e_utc_time_does_not_include_seconds', utcTime('2702221159Z')),
  until('UTCTime with an offset', 'e_utc_time_not_in_zulu', utcTime('270222115900+0100')),
  until(
    'GeneralizedTime without seconds',
    'e_generalized_time_does_not_include_seconds',
    generalizedTime('205002221159Z'),
  ),
  until(
    'GeneralizedTime without Z',
    'e_generalized_time_not_in_zulu',
    generalizedTime('20500222115900'),
  ),
  until(
    'GeneralizedTime with a fraction',
    'e_generalized_time_includes_fraction_seconds',
    generalizedTime('20500222115900.5Z'),
  ),
  until('the 30th of February', 'e_validity_time_malformed', utcTime('280230115900Z')),
  until('the 29th of February 2027', 'e_validity_time_malformed', utcTime('270229115900Z')),
  until('the month 13', 'e_validity_time_malformed', utcTime('271301115900Z')),
  until('the hour 24', 'e_validity_time_malformed', utcTime('270222240000Z')),
  until('the second 60', 'e_validity_time_malformed', utcTime('270222115960Z')),
]

const withOctet = (at: number, octet: number): Uint8Array => leafTbs().with(at, octet)

const FORMS: readonly Violation[] = [
  ['nothing', 'e_der_malformed', octets()],
  ['an octet after its end', 'e_der_malformed', concat(leafTbs(), octets(0))],
  ['its last octet cut off', 'e_der_malformed', leafTbs().subarray(0, -1)],
  ['another type than a SEQUENCE', 'e_der_malformed', withOctet(0, 0x31)],
  ['an indefinite length', 'e_der_malformed', withOctet(1, 0x80)],
  ['a length that is not minimal', 'e_der_malformed', leafTbs({ subject: octets(0x30, 0x81, 0) })],
  ['a tag above 30', 'e_der_malformed', leafTbs({ subject: octets(0x3f, 0x1f, 0) })],
  leaf('an object identifier that begins an arc with zero', 'e_der_object_identifier', {
    subject: seq(set(seq(tlv(6, octets(0x55, 0x80, 4)), utf8('a')))),
  }),
  leaf('a key whose NULL has contents', 'e_der_null', {
    spki: seq(seq(oid('1.2.840.113549.1.1.1'), tlv(5, octets(0))), bitString(octets(1))),
  }),
  leaf('a member after the key', 'e_der_malformed', { uniqueIds: [primitive(5, octets(1))] }),
]

describe('a certificate with', () => {
  it.for([...FIELDS, ...TIMES, ...FORMS])('%s', ([, lint, tbs], { expect }) => {
    expect(lintsOf(tbs)).toContain(lint)
    expect(
      lintTbsCertificate(tbs).filter(({ detail }) => detail === '' || detail.length > 200),
    ).toEqual([])
  })
})

describe('no violation is', () => {
  it.for<readonly [string, Uint8Array]>([
    [
      'a serial number of 20 octets',
      leafTbs({ serialNumber: integer(...new Uint8Array(20).fill(0x41)) }),
    ],
    ['the end of 2049', leafTbs({ validity: from2026To(utcTime('491231235959Z')) })],
    [
      'the beginning of 2050',
      leafTbs({ validity: from2026To(generalizedTime('20500101000000Z')) }),
    ],
    ['the 29th of February 2028', leafTbs({ validity: from2026To(utcTime('280229235959Z')) })],
    ['a single second', leafTbs({ validity: from2026To(utcTime('261124115900Z')) })],
  ])('%s', ([, tbs], { expect }) => {
    expect(lintTbsCertificate(tbs)).toEqual([])
  })
})

it('any octets lead to an answer', ({ expect }) => {
  const tbs = leafTbs()
  for (let at = 0; at < tbs.length; at += 1) {
    for (const bit of [1, 0x20, 0x80]) {
      const changed = tbs.with(at, (tbs[at] ?? 0) ^ bit)
      expect(Array.isArray(lintTbsCertificate(changed))).toBe(true)
    }
    expect(lintTbsCertificate(tbs.subarray(0, at))).toMatchObject([{ lint: 'e_der_malformed' }])
  }
})
