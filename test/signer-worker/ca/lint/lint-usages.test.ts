import {
  aKey,
  basicConstraints,
  bitString,
  extension,
  extKeyUsage,
  integer,
  keyUsage,
  namedBits,
  octets,
  octetString,
  oid,
  seq,
  tlv,
  TRUE,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { lintTbsCertificate } from '../../../../signer-worker/src/ca/lint/lint.ts'
import {
  caExtended,
  caTbs,
  critical,
  extended,
  leaf,
  leafTbs,
  lintsOf,
  type Violation,
} from '../tbs.ts'

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

describe('a certificate with', () => {
  it.for([...BASIC, ...USAGES])('%s', ([, lint, tbs], { expect }) => {
    expect(lintsOf(tbs)).toContain(lint)
    expect(
      lintTbsCertificate(tbs).filter(({ detail }) => detail === '' || detail.length > 200),
    ).toEqual([])
  })
})

describe('no violation is', () => {
  it.for<readonly [string, Uint8Array]>([
    [
      'a CA with a path length',
      caTbs({ replaced: { basicConstraints: basicConstraints(true, 0) } }),
    ],
    [
      'a CA for timeStamping and another purpose',
      caTbs({ replaced: { extKeyUsage: extKeyUsage(EKU.timeStamping, EKU.server) } }),
    ],
    ['timeStamping alone', leafTbs({ replaced: { extKeyUsage: timeStamping(EKU.timeStamping) } })],
    [
      'an RSA key that enciphers',
      leafTbs({ spki: aKey('RSA-2048').spki, replaced: { keyUsage: keyUsage(0, 2) } }),
    ],
    [
      'neither keyUsage nor extKeyUsage',
      leafTbs({ replaced: { keyUsage: undefined, extKeyUsage: undefined } }),
    ],
  ])('%s', ([, tbs], { expect }) => {
    expect(lintTbsCertificate(tbs)).toEqual([])
  })
})
