/**
 * Certificates made by hand, each with one fault, and who objects to it.
 * @module
 */
import {
  aKey,
  ascii,
  attribute,
  basicConstraints,
  bitString,
  commonName,
  concat,
  extension,
  generalName,
  keyUsage,
  name,
  NULL,
  octets,
  seq,
  set,
  subjectAltName,
  time,
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import type { Exhibit } from '../checkers/facts.ts'
import { belowAnotherCa, exhibit, withExtensions, without } from './by-hand.ts'

/** Who objects, and how; a checker that is not named does not. */
export interface Objections {
  /** Names of lints, all of them. */
  readonly zlint?: readonly string[]
  readonly openssl?: RegExp
  readonly Go?: RegExp
  readonly Node?: RegExp
}

/** What is wrong, the certificate, and who objects. */
export type Fault = readonly [string, Exhibit, Objections]

const withKeyUsage = (contents: Uint8Array, unusedBits: number): Exhibit =>
  withExtensions({
    keyUsage: extension('2.5.29.15', bitString(contents, unusedBits), { critical: true }),
  })

const withSubject = (type: string, value: Uint8Array): Exhibit =>
  exhibit({ subject: seq(set(attribute(type, value))) })

const withName = (san: Uint8Array): Exhibit =>
  withExtensions({ subjectAltName: subjectAltName(san) })

const ending = (tag: number, text: string): Exhibit =>
  exhibit({ validity: seq(time(new Date('2026-11-24T11:59:00Z')), tlv(tag, ascii(text))) })
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18

/** The last octet of the signature is another one. */
const forged = ({ der, ...rest }: Exhibit): Exhibit => ({
  ...rest,
  der: Uint8Array.from([...der.slice(0, -1), (der.at(-1) ?? 0) ^ 1]),
})

const EXPIRED = { openssl: /expired/, Go: /expired/, Node: /not valid at its time/ }

/** Certificates made by hand, each with one fault. */
export const FAULTS: readonly Fault[] = [
  [
    'an empty subject, and names that are not critical',
    exhibit({ subject: name() }),
    {
      zlint: ['e_ext_san_not_critical_without_subject'],
      openssl: /Subject empty and Subject Alt Name extension not critical/,
    },
  ],
  [
    'keyEncipherment for an elliptic curve',
    exhibit({ key: aKey('P-256') }),
    { zlint: ['e_ecdsa_allowed_ku'] },
  ],
  [
    'keyUsage with a zero octet at its end',
    withKeyUsage(octets(0xa0, 0), 0),
    {
      zlint: [
        'e_incorrect_ku_encoding',
        'e_key_usage_incorrect_length',
        'e_superfluous_ku_encoding',
      ],
    },
  ],
  [
    'keyUsage with a zero bit at its end',
    withKeyUsage(octets(0xa0), 4),
    { zlint: ['e_incorrect_ku_encoding'] },
  ],
  [
    'keyUsage that goes with no purpose',
    withExtensions({ keyUsage: keyUsage(1) }),
    { zlint: ['e_key_usage_and_extended_key_usage_inconsistent'] },
  ],
  [
    'keyCertSign without cA',
    withExtensions({ keyUsage: keyUsage(0, 2, 5) }),
    {
      zlint: [
        'e_ext_key_usage_cert_sign_without_ca',
        'e_key_usage_and_extended_key_usage_inconsistent',
        'e_rsa_allowed_ku_ee',
      ],
      openssl: /keyCertSign invalid for non-CA cert/,
    },
  ],
  [
    'cA written out though it is FALSE',
    withExtensions({
      basicConstraints: extension('2.5.29.19', seq(tlv(0x01, octets(0))), { critical: true }),
    }),
    { zlint: ['e_basic_constr_invalid_der'] },
  ],
  [
    'a path length without cA',
    withExtensions({ basicConstraints: basicConstraints(false, 0) }),
    {
      zlint: ['e_path_len_constraint_improperly_included'],
      openssl: /Path length invalid for non-CA cert/,
    },
  ],
  [
    'a CA above it that its root does not allow',
    belowAnotherCa(),
    { openssl: /path length constraint exceeded/, Go: /too many intermediates/ },
  ],
  [
    'GeneralizedTime before 2050',
    ending(GENERALIZED_TIME, '20270222115900Z'),
    { zlint: ['e_wrong_time_format_pre2050'] },
  ],
  [
    'UTCTime for 2050',
    ending(UTC_TIME, '500101000000Z'),
    { zlint: ['e_validity_time_not_positive'], ...EXPIRED },
  ],
  [
    'a time with a fraction',
    ending(GENERALIZED_TIME, '20500222115900.5Z'),
    { zlint: ['parse'], openssl: /format error/, Go: /malformed GeneralizedTime/ },
  ],
  ['an end in the past', exhibit({ notAfter: new Date('2026-11-24T11:59:59Z') }), EXPIRED],
  [
    'a beginning in the future',
    exhibit({ notBefore: new Date('2026-11-24T12:00:01Z') }),
    { openssl: /not yet valid/, Go: /not yet valid/, Node: /not valid at its time/ },
  ],
  [
    'a serial number of 21 octets',
    exhibit({ serialNumber: concat(octets(0x41), new Uint8Array(20)) }),
    { zlint: ['e_serial_number_longer_than_20_octets'] },
  ],
  [
    'a negative serial number',
    exhibit({ serialNumber: octets(0x81, 1) }),
    { zlint: ['e_serial_number_not_positive'], Go: /negative serial number/ },
  ],
  [
    'an extension twice',
    withExtensions({ again: keyUsage(0, 2) }),
    {
      zlint: ['e_ext_duplicate_extension'],
      openssl: /unable to get local issuer/,
      Go: /duplicate extension/,
      Node: /was not issued/,
    },
  ],
  [
    'a critical extension that nobody knows',
    withExtensions({ unknown: extension('1.2.3.4', NULL, { critical: true }) }),
    { openssl: /unhandled critical extension/, Go: /unhandled critical extension/ },
  ],
  [
    'no authorityKeyIdentifier',
    without('authorityKeyId'),
    {
      zlint: ['e_ext_authority_key_identifier_no_key_identifier'],
      openssl: /Missing Authority Key Identifier/,
    },
  ],
  [
    'a name outside the constraints of its CA',
    withName(generalName.dns('b.example')),
    { openssl: /permitted subtree violation/, Go: /not permitted by any constraint/ },
  ],
  [
    'a label of 64 octets',
    withName(generalName.dns(`${'l'.repeat(64)}.a.example`)),
    { zlint: ['e_rfc_dnsname_label_too_long'] },
  ],
  [
    'an IP address of three octets',
    withName(generalName.ip(1, 2, 3)),
    { zlint: ['parse'], Go: /cannot parse IP address/ },
  ],
  [
    'a country in UTF8String',
    withSubject('C', utf8('SE')),
    { zlint: ['e_subject_dn_country_not_printable_string'] },
  ],
  [
    'a serial number of the subject in UTF8String',
    withSubject('serialNumber', utf8('1')),
    { zlint: ['e_subject_dn_serial_number_not_printable_string'] },
  ],
  [
    'an email address in the subject only',
    exhibit({ subject: name(['emailAddress', 'a@b.example']) }),
    { zlint: ['e_subj_email_not_in_san'] },
  ],
  [
    'a common name of 65 characters',
    exhibit({ subject: commonName('x'.repeat(65)) }),
    { zlint: ['e_subject_common_name_max_length'] },
  ],
  [
    'a signature of something else',
    forged(exhibit()),
    { openssl: /signature failure/, Go: /verification failure/, Node: /not signed by its issuer/ },
  ],
]
