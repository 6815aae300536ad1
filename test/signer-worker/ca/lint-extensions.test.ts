import { describe, it } from 'vitest'
import { lintTbsCertificate } from '../../../signer-worker/src/ca/lint.ts'
import {
  aKey,
  basicConstraints,
  bitString,
  constructed,
  extension,
  extKeyUsage,
  generalName,
  integer,
  keyUsage,
  name,
  nameConstraints,
  namedBits,
  NULL,
  octets,
  octetString,
  oid,
  primitive,
  seq,
  tlv,
  TRUE,
} from '../../support/x509.ts'
import {
  caExtended,
  CRL_POINTS,
  NO_REV_AVAIL,
  OCSP,
  caTbs,
  critical,
  extended,
  leafTbs,
  leaf,
  lintsOf,
  type Violation,
} from './tbs.ts'

const EKU = { any: '2.5.29.37.0', server: '1.3.6.1.5.5.7.3.1', timeStamping: '1.3.6.1.5.5.7.3.8' }
const timeStamping = (...oids: readonly string[]): Uint8Array =>
  extension('2.5.29.37', seq(...oids.map(oid)), critical)

const BASIC: readonly Violation[] = [
  caExtended('a CA that does not say so critically', 'e_basic_constraints_not_critical', {
    basicConstraints: extension('2.5.29.19', seq(TRUE)),
  }),
  extended('cA FALSE written out', 'e_der_boolean', {
    basicConstraints: extension('2.5.29.19', seq(tlv(1, octets(0))), critical),
  }),
  caExtended('a TRUE of 01', 'e_der_boolean', {
    basicConstraints: extension('2.5.29.19', seq(tlv(1, octets(1))), critical),
  }),
  extended('critical FALSE written out', 'e_der_boolean', {
    subjectKeyId: seq(oid('2.5.29.14'), tlv(1, octets(0)), octetString(octetString(octets(1)))),
  }),
  extended('a path length without cA', 'e_path_len_constraint_improperly_included', {
    basicConstraints: basicConstraints(false, 0),
  }),
  caExtended('a negative path length', 'e_path_len_constraint_zero_or_less', {
    basicConstraints: extension('2.5.29.19', seq(TRUE, integer(0xff)), critical),
  }),
  caExtended('a path length with an octet too many', 'e_der_integer', {
    basicConstraints: extension('2.5.29.19', seq(TRUE, integer(0, 1)), critical),
  }),
]

const USAGES: readonly Violation[] = [
  caExtended('a CA without keyUsage', 'e_ca_key_usage_missing', { keyUsage: undefined }),
  caExtended('a CA that signs no certificates', 'e_ca_key_cert_sign_not_set', {
    keyUsage: keyUsage(6),
  }),
  extended('keyCertSign without cA', 'e_ext_key_usage_cert_sign_without_ca', {
    keyUsage: keyUsage(0, 5),
  }),
  extended('keyUsage without a bit', 'e_ext_key_usage_without_bits', {
    keyUsage: extension('2.5.29.15', bitString(octets()), critical),
  }),
  extended('keyUsage with a zero bit at its end', 'e_incorrect_ku_encoding', {
    keyUsage: extension('2.5.29.15', bitString(octets(0x80), 6), critical),
  }),
  extended('keyUsage with a zero octet at its end', 'e_incorrect_ku_encoding', {
    keyUsage: extension('2.5.29.15', bitString(octets(0x80, 0)), critical),
  }),
  extended('keyUsage with a tenth bit', 'e_key_usage_incorrect_length', {
    keyUsage: keyUsage(0, 9),
  }),
  extended('keyUsage with unused bits that are set', 'e_der_bit_string', {
    keyUsage: extension('2.5.29.15', bitString(octets(0x81), 7), critical),
  }),
  extended('keyUsage that is not critical', 'w_ext_key_usage_not_critical', {
    keyUsage: extension('2.5.29.15', namedBits(0)),
  }),
  extended('keyEncipherment for an elliptic curve', 'e_ecdsa_allowed_ku', {
    keyUsage: keyUsage(0, 2),
  }),
  leaf('keyAgreement for Ed25519', 'e_ed25519_allowed_ku', {
    spki: aKey('Ed25519').spki,
    replaced: { keyUsage: keyUsage(0, 4) },
  }),
  extended('extKeyUsage without a purpose', 'e_ext_key_usage_empty', {
    extKeyUsage: extKeyUsage(),
  }),
  extended('anyExtendedKeyUsage that is critical', 'e_eku_critical_improperly', {
    extKeyUsage: timeStamping(EKU.any),
  }),
  extended('timeStamping beside another purpose', 'e_eku_time_stamping_not_alone', {
    extKeyUsage: timeStamping(EKU.timeStamping, EKU.server),
  }),
  extended('timeStamping that is not critical', 'e_eku_time_stamping_not_critical', {
    extKeyUsage: extKeyUsage(EKU.timeStamping),
  }),
]

const IDENTIFIERS: readonly Violation[] = [
  caExtended('a CA without subjectKeyIdentifier', 'e_ext_subject_key_identifier_missing_ca', {
    subjectKeyId: undefined,
  }),
  extended('subjectKeyIdentifier that is critical', 'e_ext_subject_key_identifier_critical', {
    subjectKeyId: extension('2.5.29.14', octetString(octets(1)), critical),
  }),
  extended('subjectKeyIdentifier without an octet', 'e_ext_subject_key_identifier_empty', {
    subjectKeyId: extension('2.5.29.14', octetString()),
  }),
  extended('no authorityKeyIdentifier', 'e_ext_authority_key_identifier_no_key_identifier', {
    authorityKeyId: undefined,
  }),
  extended(
    'authorityKeyIdentifier without a key',
    'e_ext_authority_key_identifier_no_key_identifier',
    {
      authorityKeyId: extension('2.5.29.35', seq(primitive(2, octets(1)))),
    },
  ),
  extended('authorityKeyIdentifier that is critical', 'e_ext_authority_key_identifier_critical', {
    authorityKeyId: extension('2.5.29.35', seq(primitive(0, octets(1))), critical),
  }),
]

const subtree = (...parts: readonly Uint8Array[]): Uint8Array =>
  extension('2.5.29.30', seq(constructed(0, seq(...parts))), critical)

const OTHERS: readonly Violation[] = [
  leaf('no extensions', 'e_extensions_empty', { extensions: [] }),
  extended('an extension twice', 'e_ext_duplicate_extension', { again: keyUsage(0) }),
  extended('authorityInfoAccess that is critical', 'e_ext_aia_marked_critical', {
    access: extension('1.3.6.1.5.5.7.1.1', seq(), critical),
  }),
  extended('freshestCRL that is critical', 'e_ext_freshest_crl_marked_critical', {
    crl: extension('2.5.29.46', seq(), critical),
  }),
  caExtended('nameConstraints that are not critical', 'e_ext_name_constraints_not_critical', {
    constraints: extension('2.5.29.30', seq(constructed(0, seq(generalName.dns('a'))))),
  }),
  extended('nameConstraints of a leaf', 'e_ext_name_constraints_not_in_ca', {
    constraints: nameConstraints([generalName.dns('a')]),
  }),
  caExtended('nameConstraints without a subtree', 'e_name_constraint_empty', {
    constraints: extension('2.5.29.30', seq(), critical),
  }),
  caExtended('nameConstraints with an empty list', 'e_name_constraint_empty', {
    constraints: extension('2.5.29.30', seq(constructed(0)), critical),
  }),
  caExtended('a subtree with a minimum', 'e_name_constraint_minimum_non_zero', {
    constraints: subtree(generalName.dns('a'), primitive(0, octets(1))),
  }),
  caExtended('a subtree with a maximum', 'e_name_constraint_maximum_not_absent', {
    constraints: subtree(generalName.dns('a'), primitive(1, octets(1))),
  }),
  caExtended('a subtree of an address without its mask', 'e_name_constraint_ip_length', {
    constraints: subtree(generalName.ip(10, 0, 0, 0)),
  }),
  caExtended('policyConstraints that are not critical', 'e_ext_policy_constraints_not_critical', {
    policies: extension('2.5.29.36', seq(primitive(0, octets(0)))),
  }),
  caExtended('policyConstraints without a member', 'e_ext_policy_constraints_empty', {
    policies: extension('2.5.29.36', seq(), critical),
  }),
  caExtended('inhibitAnyPolicy that is not critical', 'e_inhibit_any_policy_not_critical', {
    policies: extension('2.5.29.54', integer(0)),
  }),
  extended('certificatePolicies without a policy', 'e_ext_cert_policy_empty', {
    policies: extension('2.5.29.32', seq()),
  }),
  extended('a policy twice', 'e_ext_cert_policy_duplicate', {
    policies: extension('2.5.29.32', seq(seq(oid('1.2.3')), seq(oid('1.2.3')))),
  }),
  extended('noRevAvail that is critical', 'e_ext_no_rev_avail_critical', {
    revocation: extension('2.5.29.56', NULL, critical),
  }),
  extended('noRevAvail with a value', 'e_no_rev_avail_value', {
    revocation: extension('2.5.29.56', integer(0)),
  }),
  caExtended('noRevAvail of a CA', 'e_no_rev_avail_in_ca', { revocation: NO_REV_AVAIL }),
  extended('noRevAvail and a CRL', 'e_no_rev_avail_with_revocation_pointer', {
    revocation: NO_REV_AVAIL,
    crl: CRL_POINTS,
  }),
  extended('noRevAvail and an OCSP responder', 'e_no_rev_avail_with_revocation_pointer', {
    revocation: NO_REV_AVAIL,
    access: OCSP,
  }),
]

describe('a certificate with', () => {
  it.for([...BASIC, ...USAGES, ...IDENTIFIERS, ...OTHERS])('%s', ([, lint, tbs], { expect }) => {
    expect(lintsOf(tbs)).toContain(lint)
    expect(
      lintTbsCertificate(tbs).filter(({ detail }) => detail === '' || detail.length > 200),
    ).toEqual([])
  })
})

describe('no violation is', () => {
  it.for<readonly [string, Uint8Array]>([
    ['a leaf', leafTbs()],
    ['a CA', caTbs()],
    [
      'a CA with a path length',
      caTbs({ replaced: { basicConstraints: basicConstraints(true, 0) } }),
    ],
    [
      'a CA with name constraints',
      caTbs({
        replaced: {
          constraints: nameConstraints(
            [generalName.dns('a.example'), generalName.ip(10, 0, 0, 0, 255, 0, 0, 0)],
            [generalName.email('b.example')],
          ),
        },
      }),
    ],
    [
      'no subject and a critical SAN',
      leafTbs({
        subject: name(),
        replaced: { subjectAltName: extension('2.5.29.17', seq(generalName.dns('a')), critical) },
      }),
    ],
    ['noRevAvail alone', leafTbs({ replaced: { revocation: NO_REV_AVAIL } })],
    ['a CRL and an OCSP responder', leafTbs({ replaced: { crl: CRL_POINTS, access: OCSP } })],
    ['timeStamping alone', leafTbs({ replaced: { extKeyUsage: timeStamping(EKU.timeStamping) } })],
    [
      'a CA that may issue for timeStamping and more',
      caTbs({ replaced: { extKeyUsage: extKeyUsage(EKU.timeStamping, EKU.server) } }),
    ],
    [
      'an RSA key that enciphers',
      leafTbs({ spki: aKey('RSA-2048').spki, replaced: { keyUsage: keyUsage(0, 2) } }),
    ],
    [
      'neither keyUsage nor extKeyUsage',
      leafTbs({ replaced: { keyUsage: undefined, extKeyUsage: undefined } }),
    ],
    [
      'a critical extension that nobody knows',
      leafTbs({ replaced: { other: extension('1.2.3', NULL, critical) } }),
    ],
  ])('%s', ([, tbs], { expect }) => {
    expect(lintTbsCertificate(tbs)).toEqual([])
  })
})
