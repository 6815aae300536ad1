import {
  constructed,
  extension,
  generalName,
  integer,
  keyUsage,
  name,
  nameConstraints,
  NULL,
  octets,
  octetString,
  oid,
  primitive,
  seq,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { lintTbsCertificate } from '../../../../signer-worker/src/ca/lint/lint.ts'
import {
  caExtended,
  caTbs,
  CRL_POINTS,
  critical,
  extended,
  leaf,
  leafTbs,
  lintsOf,
  NO_REV_AVAIL,
  OCSP,
  type Violation,
} from '../tbs.ts'

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
  it.for([...IDENTIFIERS, ...OTHERS])('%s', ([, lint, tbs], { expect }) => {
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
    [
      'a critical extension that nobody knows',
      leafTbs({ replaced: { other: extension('1.2.3', NULL, critical) } }),
    ],
  ])('%s', ([, tbs], { expect }) => {
    expect(lintTbsCertificate(tbs)).toEqual([])
  })
})
