/**
 * Common names that verifiers read as hosts or addresses where the certificate has no dNSName.
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
  subjectAltName,
  tlv,
} from '../../support/x509.ts'
import type { Use, VerifierName } from '../verifiers/verifier.ts'
import type { AuthorityName } from './authorities.ts'
import type { ClientName } from './clients.ts'
import type { HostileRequest } from './hostile-request.ts'

const { email, ip, uri } = generalName

/** Limited by the issuing CA alone, and by the client's rules alone. */
const BY_CA: Context = { ca: 'constrained', client: 'free' }
const BY_CLIENT: Context = { ca: 'open', client: 'restricted' }
/** By a CA that limits addresses and no DNS names. */
const BY_ADDRESSES: Context = { ca: 'addresses', client: 'free' }

interface Context {
  readonly ca: AuthorityName
  readonly client: ClientName
}

interface Row {
  readonly title: string
  readonly subject: Uint8Array
  readonly host: string
  readonly by: readonly VerifierName[]
  /** Under which limits; both when absent. */
  readonly under?: readonly Context[]
  /** Names of the subjectAltName extension; no extension when absent. */
  readonly names?: readonly Uint8Array[]
  readonly usages?: readonly string[]
  readonly profile?: Readonly<Record<string, unknown>>
}

const cn = (value: Uint8Array): Uint8Array => seq(set(attribute('CN', value)))

/** One RDN for each. */
const several = (...values: readonly string[]): Uint8Array =>
  seq(...values.map((value) => set(attribute('CN', value))))

const bmp = (text: string): Uint8Array => tlv(0x1e, Buffer.from(text, 'utf16le').swap16())
const teletex = (text: string): Uint8Array => tlv(0x14, ascii(text))
const universal = (text: string): Uint8Array =>
  tlv(0x1c, ...Array.from(text, (character) => octets(0, 0, 0, character.codePointAt(0) ?? 0)))

const ALL_BUT_GO: readonly VerifierName[] = ['openssl', 'curl', 'Node', 'Python', 'Java']

const ROWS: readonly Row[] = [
  {
    title: 'a host',
    subject: commonName('www.evil.com'),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
    under: [BY_CLIENT],
  },
  {
    title: 'a host in upper case',
    subject: commonName('WWW.EVIL.COM'),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
    under: [BY_CLIENT],
  },
  {
    title: 'an A-label',
    subject: commonName('xn--bcher-kva.example'),
    host: 'xn--bcher-kva.example',
    by: ALL_BUT_GO,
    under: [BY_CLIENT],
  },
  {
    title: 'a U-label',
    subject: commonName('bücher.example'),
    host: 'bücher.example',
    by: ['openssl'],
  },
  {
    title: 'a wildcard',
    subject: commonName('*.evil.com'),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
  },
  {
    title: 'a wildcard in upper case',
    subject: commonName('*.EVIL.COM'),
    host: 'www.evil.com',
    by: ALL_BUT_GO,
  },
  {
    title: 'a wildcard above what is permitted',
    subject: commonName('*.internal'),
    host: 'acme.internal',
    by: ['Java'],
  },
  {
    title: 'a wildcard that ends its label',
    subject: commonName('w*.evil.com'),
    host: 'www.evil.com',
    by: ['openssl', 'Node'],
  },
  {
    title: 'a wildcard that begins its label',
    subject: commonName('*w.evil.com'),
    host: 'www.evil.com',
    by: ['openssl', 'Node'],
  },
  {
    title: 'a wildcard inside its label',
    subject: commonName('w*w.evil.com'),
    host: 'www.evil.com',
    by: ['Node', 'Java'],
  },
  {
    title: 'a wildcard within a registered domain',
    subject: commonName('*evil.com'),
    host: 'xevil.com',
    by: ['Java'],
  },
  {
    title: 'a wildcard in a later label',
    subject: commonName('www.*.com'),
    host: 'www.evil.com',
    by: ['Java'],
  },
  {
    title: 'a trailing dot',
    subject: commonName('www.evil.com.'),
    host: 'www.evil.com',
    by: ['curl', 'Node'],
  },
  {
    title: 'a wildcard and a trailing dot',
    subject: commonName('*.evil.com.'),
    host: 'www.evil.com',
    by: ['curl', 'Node'],
  },
  {
    title: 'one label',
    subject: commonName('evil'),
    host: 'evil',
    by: ALL_BUT_GO,
  },
  {
    title: 'localhost',
    subject: commonName('localhost'),
    host: 'localhost',
    by: ALL_BUT_GO,
  },
  {
    title: 'a host with an underscore at its end',
    subject: commonName('evil_.example'),
    host: 'evil_.example',
    by: ['openssl', 'Node', 'curl'],
    under: [BY_CLIENT],
  },
  {
    title: 'a host with a hyphen at its front',
    subject: commonName('-evil.example'),
    host: '-evil.example',
    by: ['openssl', 'Node'],
  },
  {
    title: 'an IPv4 address',
    subject: commonName('203.0.113.7'),
    host: '203.0.113.7',
    by: ['curl'],
    under: [BY_CLIENT, BY_ADDRESSES],
  },
  {
    title: 'an IPv6 address',
    subject: commonName('2001:db8::1'),
    host: '2001:db8::1',
    by: ['curl'],
  },
  {
    title: 'an IPv6 address in upper case',
    subject: commonName('2001:DB8::1'),
    host: '2001:db8::1',
    by: ['curl'],
  },
  {
    title: 'an IPv4-mapped address',
    subject: commonName('::ffff:203.0.113.7'),
    host: '::ffff:203.0.113.7',
    by: ['curl'],
  },
  {
    title: 'an IPv4 address as one number',
    subject: commonName('3405803783'),
    host: '3405803783',
    by: ['openssl', 'Python'],
  },
  {
    title: 'a short IPv4 address',
    subject: commonName('203.7'),
    host: '203.7',
    by: ['openssl', 'Python'],
    under: [BY_CLIENT, BY_ADDRESSES],
  },
  {
    title: 'two common names in one RDN',
    subject: seq(set(attribute('CN', '*.evil.com'), attribute('CN', 'web.acme.internal'))),
    host: 'www.evil.com',
    by: ['openssl', 'Node', 'Python'],
  },
  {
    title: 'letters of full width',
    subject: commonName('ｗｗｗ.evil.com'),
    host: 'ｗｗｗ.evil.com',
    by: ['openssl'],
  },
  {
    title: 'an ideographic full stop',
    subject: commonName('www。evil。com'),
    host: 'www。evil。com',
    by: ['openssl'],
  },
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

const toRequests = (row: Row): readonly HostileRequest[] =>
  (row.under ?? [BY_CA, BY_CLIENT]).map((context) => ({
    ...context,
    title: `${row.title}, as the common name (${context.ca} CA)`,
    csr: {
      subject: row.subject,
      ...(row.names === undefined ? {} : { extensions: [subjectAltName(...row.names)] }),
    },
    ...(row.usages === undefined ? {} : { usages: row.usages }),
    ...(row.profile === undefined ? {} : { profile: row.profile }),
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: server(row.host), by: row.by },
  }))

const server = (host: string): Use => ({ kind: 'server', host })

export const COMMON_NAMES: readonly HostileRequest[] = [
  ...ROWS.flatMap(toRequests),
  {
    title: 'a wildcard in an IA5String, which X.520 does not have',
    ...BY_CA,
    csr: { subject: cn(ia5('*.evil.com')) },
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: server('www.evil.com'), by: ALL_BUT_GO },
  },
  {
    title: 'a wildcard in a UniversalString',
    ...BY_CA,
    csr: { subject: cn(universal('*.evil.com')) },
    code: 'csr_malformed',
    proof: { kind: 'used', as: server('www.evil.com'), by: ['openssl', 'curl', 'Node', 'Python'] },
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
    proof: { kind: 'used', as: server('www.evil.com'), by: ['openssl'] },
  },
]
