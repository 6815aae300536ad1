/**
 * Addresses, mailboxes, URIs and other names outside the rules, or that programs disagree about.
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
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import type { Use } from '../verifiers/verifier.ts'
import type { HostileRequest } from './hostile-request.ts'
import {
  BY_CLIENT,
  CHAIN,
  EVERYBODY,
  EXCLUDED,
  FREE,
  type NameRow,
  server,
  toRequest,
} from './name-row.ts'

const { email, ip, other, uri } = generalName

/** SmtpUTF8Mailbox (RFC 9598) and Microsoft's user principal name. */
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'
const UPN = '1.3.6.1.4.1.311.20.2.3'

/** `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const
const IPV6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] as const

const EMAIL_USAGES = ['digital signature', 'email protection']

const mailbox = (address: string): Use => ({ kind: 'email', address })
const workload = (text: string): Use => ({ kind: 'uri', uri: text })

/** A URI that Go cannot read, and with it no other name of the certificate. */
function unreadableUri(text: string): NameRow {
  return {
    ...FREE,
    title: `a URI that Go's parser refuses: ${text}`,
    names: [uri(text)],
    as: CHAIN,
    by: ['openssl', 'Java'],
    code: 'name_malformed',
  }
}

const ROWS: readonly NameRow[] = [
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
  ...['spiffe://td.', 'https://[1]/'].map(unreadableUri),
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
    by: ['openssl', 'Go', 'Java'],
    code: 'name_not_allowed',
    ...FREE,
  },
]

export const ALTERNATIVE_NAMES: readonly HostileRequest[] = ROWS.map(toRequest)
