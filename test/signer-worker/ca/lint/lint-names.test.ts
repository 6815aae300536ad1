import {
  ascii,
  attribute,
  commonName,
  constructed,
  extension,
  generalName,
  ia5,
  integer,
  name,
  octets,
  oid,
  primitive,
  printable,
  seq,
  set,
  subjectAltName,
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { lintTbsCertificate } from '../../../../signer-worker/src/ca/lint/lint.ts'
import { ca, critical, extended, leafTbs, leaf, lintsOf, type Violation } from '../tbs.ts'

const attributeOf = (what: string, lint: string, value: Uint8Array): Violation =>
  leaf(what, lint, { subject: seq(set(attribute('CN', value))) })

const named = (what: string, lint: string, ...names: readonly Uint8Array[]): Violation =>
  extended(what, lint, { subjectAltName: subjectAltName(...names) })

const SUBJECTS: readonly Violation[] = [
  leaf('an empty RDN', 'e_subject_dn_empty_rdn', { subject: seq(set()) }),
  leaf('attributes out of order', 'e_der_set_order', {
    subject: seq(set(attribute('O', 'b'), attribute('CN', 'a'))),
  }),
  leaf('an attribute twice', 'e_der_set_order', {
    subject: seq(set(attribute('O', 'b'), attribute('O', 'b'))),
  }),
  attributeOf('a line feed', 'e_subject_dn_not_printable_characters', utf8('a\nb')),
  attributeOf('a C1 control character', 'e_subject_dn_not_printable_characters', utf8('a\u0085')),
  attributeOf('a NUL in T.61', 'e_subject_dn_not_printable_characters', tlv(0x14, octets(0x41, 0))),
  attributeOf(
    'an escape in a BMPString',
    'e_subject_dn_not_printable_characters',
    tlv(0x1e, octets(0, 0x1b)),
  ),
  attributeOf('an @ in a PrintableString', 'e_subject_printable_string_badalpha', printable('a@b')),
  attributeOf(
    'octets that are not UTF-8',
    'e_subject_dn_string_malformed',
    tlv(0x0c, octets(0xff)),
  ),
  attributeOf(
    'half a character of a BMPString',
    'e_subject_dn_string_malformed',
    tlv(0x1e, octets(0)),
  ),
  attributeOf('half a surrogate pair', 'e_subject_dn_string_malformed', tlv(0x1e, octets(0xd8, 0))),
  attributeOf(
    'eight bits in an IA5String',
    'e_subject_dn_string_malformed',
    tlv(0x16, octets(0xe9)),
  ),
  attributeOf(
    'a letter in a NumericString',
    'e_subject_dn_string_malformed',
    tlv(0x12, ascii('a')),
  ),
  leaf('no subject and a SAN that is not critical', 'e_ext_san_not_critical_without_subject', {
    subject: name(),
  }),
  leaf('neither a subject nor a SAN', 'e_subject_empty_without_san', {
    subject: name(),
    replaced: { subjectAltName: undefined },
  }),
  ca('no subject of a CA', 'e_ca_subject_field_empty', {
    subject: name(),
    replaced: {
      subjectAltName: extension('2.5.29.17', seq(generalName.dns('a.example')), critical),
    },
  }),
]

const label = (length: number): string => 'l'.repeat(length)

const NAMES: readonly Violation[] = [
  named('no name', 'e_ext_san_no_entries'),
  named('an empty name', 'e_ext_san_empty_name', generalName.dns('')),
  named('a blank as a name', 'e_ext_san_space_dns_name', generalName.dns(' ')),
  named('a label of 64 octets', 'e_rfc_dnsname_label_too_long', generalName.dns(`${label(64)}.a`)),
  named('an empty label', 'e_rfc_dnsname_empty_label', generalName.dns('a..b')),
  named('a trailing dot', 'e_rfc_dnsname_empty_label', generalName.dns('a.example.')),
  named(
    'a name of 254 octets',
    'e_rfc_dnsname_too_long',
    generalName.dns([63, 63, 63, 62].map(label).join('.')),
  ),
  named('a DNS name that is not ASCII', 'e_ext_san_not_ia5_text', primitive(2, octets(0x61, 0xe9))),
  named('a URI with a NUL', 'e_ext_san_not_ia5_text', generalName.uri('spiffe://td/a\u0000')),
  named('an address of 5 octets', 'e_ext_san_ip_address_length', generalName.ip(1, 2, 3, 4, 5)),
  named('a relative URI', 'e_ext_san_uri_relative', generalName.uri('//a.example/')),
  named('a URI that is a scheme', 'e_ext_san_uri_format_invalid', generalName.uri('urn:')),
  named('a URI with a blank', 'e_ext_san_uri_format_invalid', generalName.uri('urn:a b')),
  named('an email address without @', 'e_ext_san_rfc822_format_invalid', generalName.email('a')),
  named(
    'an email address with two @',
    'e_ext_san_rfc822_format_invalid',
    generalName.email('a@b@c'),
  ),
  named('a name of no form', 'e_ext_san_form_unknown', primitive(9, octets(1))),
  named(
    'an other name without its value',
    'e_ext_san_other_name_malformed',
    constructed(0, oid('1.2.3')),
  ),
]

describe('a certificate with', () => {
  it.for([...SUBJECTS, ...NAMES])('%s', ([, lint, tbs], { expect }) => {
    expect(lintsOf(tbs)).toContain(lint)
    expect(
      lintTbsCertificate(tbs).filter(({ detail }) => detail === '' || detail.length > 200),
    ).toEqual([])
  })
})

describe('no violation is', () => {
  it.for<readonly [string, Uint8Array]>([
    ['text of T.61', tlv(0x14, octets(0x4d, 0xfc))],
    ['a BMPString', tlv(0x1e, octets(0, 0x41))],
    ['a NumericString', tlv(0x12, ascii('1 2'))],
    ['* and & in a PrintableString', printable('*.a & b')],
    ['an IA5String', ia5('a@b')],
    ['an empty value', utf8('')],
    ['a long value', utf8('x'.repeat(300))],
    ['letters of other alphabets', utf8('Zürich 東京 😀')],
    ['a type of string that is not known', tlv(0x1a, octets(1))],
  ])('what policy copies into a subject: %s', ([, value], { expect }) => {
    expect(lintTbsCertificate(leafTbs({ subject: seq(set(attribute('O', value))) }))).toEqual([])
  })

  it.for<readonly [string, readonly Uint8Array[]]>([
    ['underscores', [generalName.dns('_a.b_c.example')]],
    ['a wildcard', [generalName.dns('*.example')]],
    ['one name twice', [generalName.dns('a'), generalName.dns('a')]],
    [
      'a SPIFFE ID beside a URI',
      [generalName.uri('spiffe://td/a'), generalName.uri('https://[::1]/?q#f')],
    ],
    ['addresses', [generalName.ip(10, 0, 0, 1), generalName.ip(...new Uint8Array(16))]],
    ['a mailbox', [generalName.email('a+b@c.example')]],
    ['an other name of any type', [generalName.other('1.2.3', seq(integer(0, 1)))]],
    [
      'a thousand names',
      Array.from({ length: 1000 }, (_, n) => generalName.dns(`n${String(n)}.example`)),
    ],
  ])('what policy copies into a SAN: %s', ([, names], { expect }) => {
    const replaced = { subjectAltName: subjectAltName(...names) }
    expect(lintTbsCertificate(leafTbs({ replaced, subject: commonName('a') }))).toEqual([])
  })
})
