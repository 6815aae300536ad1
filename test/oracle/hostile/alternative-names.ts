import type { RefusalCode } from '../../../shared/src/index.ts'
/**
 * Subject alternative names outside the rules, or written so that programs disagree about them.
 * @module
 */
import {
  ascii,
  constructed,
  generalName,
  name,
  oid,
  primitive,
  seq,
  subjectAltName,
  tlv,
  utf8,
} from '../../support/x509.ts'
import type { Use, VerifierName } from '../verifiers/verifier.ts'
import type { AuthorityName } from './authorities.ts'
import type { ClientName } from './clients.ts'
import type { HostileRequest } from './hostile-request.ts'

const { dns, email, ip, other, uri } = generalName

/** SmtpUTF8Mailbox (RFC 9598), Microsoft's user principal name, Kerberos' principal (RFC 4556). */
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'
const UPN = '1.3.6.1.4.1.311.20.2.3'

/** `::ffff:203.0.113.7` and `::ffff:10.1.2.3` have this prefix. */
const IPV4_MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const
const IPV6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] as const

const EVERYBODY: readonly VerifierName[] = ['openssl', 'curl', 'Node', 'Python', 'Go', 'Java']
const ALL_CHAINS: readonly VerifierName[] = ['openssl', 'Go', 'Java']

interface Row {
  readonly title: string
  /** GeneralNames. */
  readonly names: readonly Uint8Array[]
  readonly as: Use
  readonly by: readonly VerifierName[]
  readonly code: RefusalCode
  readonly ca: AuthorityName
  readonly client: ClientName
  readonly usages?: readonly string[]
  readonly profile?: Readonly<Record<string, unknown>>
}

const server = (host: string): Use => ({ kind: 'server', host })
const mailbox = (address: string): Use => ({ kind: 'email', address })
const workload = (text: string): Use => ({ kind: 'uri', uri: text })
const CHAIN: Use = { kind: 'chain' }
const EMAIL_USAGES = ['digital signature', 'email protection']

const BY_CLIENT = { ca: 'open', client: 'restricted' } as const
const EXCLUDED = { ca: 'excluding', client: 'free' } as const
const FREE = { ca: 'open', client: 'free' } as const

const ROWS: readonly Row[] = [
  // Hosts.
  {
    title: 'a host outside the rules',
    names: [dns('www.evil.com')],
    as: server('www.evil.com'),
    by: EVERYBODY,
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'a host outside the rules in upper case',
    names: [dns('WWW.EVIL.COM')],
    as: server('www.evil.com'),
    by: EVERYBODY,
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'a host outside the rules beside one inside',
    names: [dns('web.acme.internal'), dns('www.evil.com')],
    as: server('www.evil.com'),
    by: EVERYBODY,
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'a host that only begins as one inside',
    names: [dns('web.acme.internal.evil.com')],
    as: server('web.acme.internal.evil.com'),
    by: EVERYBODY,
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'the domain itself where only names below it are listed',
    names: [dns('acme.internal')],
    as: server('acme.internal'),
    by: EVERYBODY,
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'a wildcard just above what is listed',
    names: [dns('*.internal')],
    as: server('acme.internal'),
    by: ['Java', 'Go'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'a wildcard above an excluded name',
    names: [dns('*.acme.internal')],
    as: server('secret.acme.internal'),
    by: ['openssl', 'curl', 'Node', 'Python', 'Java'],
    code: 'name_not_allowed',
    ...EXCLUDED,
  },
  {
    title: 'an excluded name with a trailing dot',
    names: [dns('secret.acme.internal.')],
    as: server('secret.acme.internal'),
    by: ['curl', 'Node'],
    code: 'name_malformed',
    ...EXCLUDED,
  },
  {
    title: 'a host outside the rules with a trailing dot',
    names: [dns('www.evil.com.')],
    as: server('www.evil.com'),
    by: ['curl', 'Node'],
    code: 'name_malformed',
    ...BY_CLIENT,
  },
  {
    title: 'a wildcard that ends its label',
    names: [dns('w*.acme.internal')],
    as: server('www.acme.internal'),
    by: ['openssl', 'Node', 'Java'],
    code: 'name_malformed',
    ...BY_CLIENT,
  },
  {
    title: 'a wildcard in two labels',
    names: [dns('*.*.acme.internal')],
    as: server('a.b.acme.internal'),
    by: ['Java'],
    code: 'name_malformed',
    ...BY_CLIENT,
  },
  {
    title: 'a wildcard in a later label',
    names: [dns('secret.*.internal')],
    as: server('secret.acme.internal'),
    by: ['Java'],
    code: 'name_malformed',
    ...EXCLUDED,
  },
  {
    title: 'an A-label that does not decode',
    names: [dns('xn--a.acme.internal')],
    as: server('xn--a.acme.internal'),
    by: ['openssl', 'curl', 'Node', 'Go'],
    code: 'name_malformed',
    ...BY_CLIENT,
  },
  {
    title: 'a U-label',
    names: [primitive(2, Buffer.from('bücher.acme.internal'))],
    as: CHAIN,
    by: ['openssl', 'Java'],
    code: 'csr_malformed',
    ...BY_CLIENT,
  },
  {
    title: 'a host with a NUL character',
    names: [primitive(2, ascii('www.evil.com\u0000.acme.internal'))],
    as: CHAIN,
    by: ['openssl', 'Java'],
    code: 'csr_malformed',
    ca: 'constrained',
    client: 'restricted',
  },
  {
    title: 'a host with a space',
    names: [dns('www.evil.com .acme.internal')],
    as: CHAIN,
    by: ['openssl', 'Java'],
    code: 'name_malformed',
    ca: 'constrained',
    client: 'restricted',
  },
  // Hosts that are addresses.
  {
    title: 'an IPv4 address among the DNS names',
    names: [dns('203.0.113.7')],
    as: CHAIN,
    by: ['openssl', 'Go', 'Java'],
    code: 'name_malformed',
    ca: 'addresses',
    client: 'free',
  },
  ...['0x7f.1', '2130706433', '127.1', '0177.0.0.1', '0x7f000001', '127.0.0.0x1'].map(
    (address): Row => ({
      title: `a DNS name that a URL parser reads as 127.0.0.1: ${address}`,
      names: [dns(address)],
      as: server(address),
      by: ['openssl', 'Go'],
      code: 'name_malformed',
      ca: 'addresses',
      client: 'free',
    }),
  ),
  // Addresses.
  {
    title: 'an IPv4 address outside the rules',
    names: [ip(203, 0, 113, 7)],
    as: server('203.0.113.7'),
    by: EVERYBODY,
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'an IPv6 address outside the rules',
    names: [ip(...IPV6)],
    as: server('2001:db8::1'),
    by: EVERYBODY,
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'an IPv4-mapped address outside the rules',
    names: [ip(...IPV4_MAPPED, 203, 0, 113, 7)],
    as: server('203.0.113.7'),
    by: ['Go', 'Java'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'an excluded IPv4 address in the form of IPv6',
    names: [ip(...IPV4_MAPPED, 203, 0, 113, 7)],
    as: server('203.0.113.7'),
    by: ['Go', 'Java'],
    code: 'name_not_allowed',
    ...EXCLUDED,
  },
  {
    title: 'an address with a mask, as name constraints have it',
    names: [ip(10, 0, 0, 0, 0, 0, 0, 0)],
    as: CHAIN,
    by: ['openssl'],
    code: 'csr_malformed',
    ca: 'open',
    client: 'restricted',
  },
  // Mailboxes.
  {
    title: 'a mailbox outside the rules',
    names: [email('ceo@evil.com')],
    as: mailbox('ceo@evil.com'),
    by: ['openssl', 'Node', 'Go'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
    usages: EMAIL_USAGES,
  },
  {
    title: 'a mailbox outside the rules as SmtpUTF8Mailbox',
    names: [other(SMTP_UTF8_MAILBOX, utf8('bücher@evil.com'))],
    as: mailbox('bücher@evil.com'),
    by: ['openssl', 'Node'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
    usages: EMAIL_USAGES,
  },
  {
    title: 'a mailbox outside the rules as SmtpUTF8Mailbox, in ASCII',
    names: [other(SMTP_UTF8_MAILBOX, utf8('ceo@evil.com'))],
    as: mailbox('ceo@evil.com'),
    by: ['openssl', 'Node'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
    usages: EMAIL_USAGES,
  },
  {
    title: 'a SmtpUTF8Mailbox that the issuing CA does not permit',
    names: [other(SMTP_UTF8_MAILBOX, utf8('bücher@evil.com'))],
    as: { kind: 'usage', oid: '1.3.6.1.5.5.7.3.4' },
    by: ['Go'],
    code: 'name_not_allowed',
    ca: 'constrained',
    client: 'free',
    usages: EMAIL_USAGES,
  },
  {
    title: 'a quoted local part that holds another mailbox',
    names: [email('"ceo@evil.com"@acme.internal')],
    as: mailbox('"ceo@evil.com"@acme.internal'),
    by: ['openssl', 'Node'],
    code: 'name_malformed',
    ...BY_CLIENT,
    usages: EMAIL_USAGES,
  },
  {
    title: 'a mailbox with two at signs',
    names: [email('ceo@evil.com@acme.internal')],
    as: mailbox('ceo@evil.com@acme.internal'),
    by: ['openssl', 'Node'],
    code: 'name_malformed',
    ca: 'constrained',
    client: 'restricted',
    usages: EMAIL_USAGES,
  },
  // URIs.
  {
    title: 'a SPIFFE ID outside the rules',
    names: [uri('spiffe://evil.com/admin')],
    as: workload('spiffe://evil.com/admin'),
    by: ['Go'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  {
    title: 'a SPIFFE ID of a trust domain that only begins as the one inside',
    names: [uri('spiffe://acme.internal.evil.com/admin')],
    as: workload('spiffe://acme.internal.evil.com/admin'),
    by: ['Go'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
  },
  ...['spiffe://td.', 'https://[1]/'].map((text): Row => ({
    title: `a URI that Go's parser refuses: ${text}`,
    names: [uri(text)],
    as: CHAIN,
    by: ['openssl', 'Java'],
    code: 'name_malformed',
    ...FREE,
  })),
  {
    title: 'a URI whose user looks like a permitted host',
    names: [uri('https://www.acme.internal:x@evil.com/')],
    as: CHAIN,
    by: ['openssl'],
    code: 'name_not_allowed',
    ca: 'uris',
    client: 'free',
  },
  // Other kinds.
  {
    title: 'a user principal name, which the client does not list',
    names: [other(UPN, utf8('administrator@acme.internal'))],
    as: { kind: 'client' },
    by: ['openssl', 'Go', 'Java', 'Node', 'Python'],
    code: 'name_not_allowed',
    ...BY_CLIENT,
    usages: ['digital signature', 'client auth'],
  },
  {
    title: 'an otherName whose value is not a UTF8String',
    names: [other('1.3.6.1.5.2.2', seq(constructed(0, tlv(0x1b, ascii('EVIL.COM')))))],
    as: { kind: 'client' },
    by: ['openssl', 'Go', 'Java', 'Node', 'Python'],
    code: 'name_not_allowed',
    ca: 'open',
    client: 'free',
    usages: ['digital signature', 'client auth'],
  },
  {
    title: 'a directory name',
    names: [constructed(4, name(['O', 'system:masters'], ['CN', 'admin']))],
    as: { kind: 'client' },
    by: ['openssl', 'Go', 'Java', 'Node', 'Python'],
    code: 'name_not_allowed',
    ...FREE,
    usages: ['digital signature', 'client auth'],
  },
  {
    title: 'a registered identifier',
    names: [primitive(8, oid('1.2.3.4').subarray(2))],
    as: { kind: 'client' },
    by: ['openssl', 'Go', 'Java', 'Node', 'Python'],
    code: 'name_not_allowed',
    ...FREE,
    usages: ['digital signature', 'client auth'],
  },
  {
    title: 'an X.400 address',
    names: [constructed(3, seq())],
    as: CHAIN,
    by: ALL_CHAINS,
    code: 'name_not_allowed',
    ...FREE,
  },
]

export const ALTERNATIVE_NAMES: readonly HostileRequest[] = [
  ...ROWS.map(({ names, as, by, ...rest }): HostileRequest => ({
    ...rest,
    title: `${rest.title} (${rest.ca} CA)`,
    csr: { subject: name(['O', 'Acme']), extensions: [subjectAltName(...names)] },
    proof: { kind: 'used', as, by },
  })),
  {
    title: 'an extension twice, the second with a foreign name',
    ...BY_CLIENT,
    csr: {
      subject: name(['O', 'Acme']),
      extensions: [subjectAltName(dns('web.acme.internal')), subjectAltName(dns('www.evil.com'))],
    },
    code: 'csr_malformed',
    certificate: { by: 'hand', extensions: [subjectAltName(dns('www.evil.com'))] },
    proof: { kind: 'used', as: server('www.evil.com'), by: EVERYBODY },
  },
]
