/**
 * Common names in every type of string, among others, and beside other names.
 * @module
 */
import {
  ascii,
  attribute,
  commonName,
  extension,
  generalName,
  ia5,
  octets,
  printable,
  seq,
  set,
  tlv,
} from '@edge-issuer/testbed/pki/x509'
import { ALL_BUT_GO, BY_CA, BY_CLIENT, type CommonNameRow, toRequests } from './common-name-row.ts'
import type { HostileRequest } from './hostile-request.ts'

const { email, ip, uri } = generalName

const AS_EVIL = { kind: 'server', host: 'www.evil.com' } as const

const cn = (value: Uint8Array): Uint8Array => seq(set(attribute('CN', value)))

/** One RDN for each. */
const several = (...values: readonly string[]): Uint8Array =>
  seq(...values.map((value) => set(attribute('CN', value))))

const bmp = (text: string): Uint8Array => tlv(0x1e, Buffer.from(text, 'utf16le').swap16())
const teletex = (text: string): Uint8Array => tlv(0x14, ascii(text))
const universal = (text: string): Uint8Array =>
  tlv(0x1c, ...Array.from(text, (character) => octets(0, 0, 0, character.codePointAt(0) ?? 0)))

const ROWS: readonly CommonNameRow[] = [
  {
    title: 'a host in a PrintableString',
    subject: cn(printable('www.evil.com')),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
    under: [BY_CLIENT],
  },
  {
    title: 'a wildcard in a PrintableString',
    subject: cn(printable('*.evil.com')),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
  },
  {
    title: 'a wildcard in a T61String',
    subject: cn(teletex('*.evil.com')),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
  },
  {
    title: 'a wildcard in a BMPString',
    subject: cn(bmp('*.evil.com')),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
  },
  {
    title: 'the first of two common names',
    subject: several('*.evil.com', 'web.acme.internal'),
    host: 'www.evil.com',
    by: ['openssl', 'Node', 'Python'],
  },
  {
    title: 'the last of two common names',
    subject: several('web.acme.internal', '*.evil.com'),
    host: 'www.evil.com',
    by: ['curl', 'openssl', 'Node', 'Python', 'Java'],
  },
  {
    title: 'the second value of one RDN',
    subject: seq(set(attribute('O', 'Acme'), attribute('CN', '*.evil.com'))),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
  },
  {
    title: 'a wildcard beside an IP address among the names',
    subject: commonName('*.evil.com'),
    host: 'www.evil.com',
    names: [ip(10, 1, 2, 3)],
    by: ['openssl', 'Node', 'Python', 'Java'],
  },
  {
    title: 'a wildcard beside an email address among the names',
    subject: commonName('*.evil.com'),
    host: 'www.evil.com',
    names: [email('a@acme.internal')],
    by: ALL_BUT_GO,
  },
  {
    title: 'a wildcard beside a URI among the names',
    subject: commonName('*.evil.com'),
    host: 'www.evil.com',
    names: [uri('spiffe://acme.internal/a')],
    by: ALL_BUT_GO,
  },
  {
    title: 'a wildcard, for a certificate of any use',
    subject: commonName('*.evil.com'),
    host: 'www.evil.com',
    usages: ['digital signature', 'any'],
    profile: { usages: ['digital signature', 'any'] },
    by: ['Java'],
    under: [BY_CA],
  },
  {
    title: 'a wildcard, for a certificate without extended usages',
    subject: commonName('*.evil.com'),
    host: 'www.evil.com',
    usages: ['digital signature'],
    by: ALL_BUT_GO,
    under: [BY_CA],
  },
]

export const COMMON_NAME_FORMS: readonly HostileRequest[] = [
  ...ROWS.flatMap(toRequests),
  {
    title: 'a wildcard in an IA5String, which X.520 does not have',
    ...BY_CA,
    csr: { subject: cn(ia5('*.evil.com')) },
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: AS_EVIL, by: ALL_BUT_GO },
  },
  {
    title: 'a wildcard in a UniversalString',
    ...BY_CA,
    csr: { subject: cn(universal('*.evil.com')) },
    code: 'csr_malformed',
    proof: { kind: 'used', as: AS_EVIL, by: ['openssl', 'curl', 'Node', 'Python'] },
  },
  {
    title: 'a host before a NUL character, as the common name',
    ...BY_CLIENT,
    csr: { subject: commonName('www.evil.com\u0000.acme.internal') },
    code: 'csr_malformed',
    proof: { kind: 'used', as: { kind: 'chain' }, by: ['openssl', 'Java', 'Go'] },
  },
  {
    title: 'a wildcard beside an empty list of names',
    ...BY_CA,
    csr: { subject: commonName('*.evil.com'), extensions: [extension('2.5.29.17', seq())] },
    code: 'csr_malformed',
    proof: { kind: 'used', as: AS_EVIL, by: ['openssl'] },
  },
]
