/**
 * Names and patterns of the property test, chosen so that many pairs are just inside or just outside of
 * each other.
 * @module
 */

/** Hosts that are asked for and that certificates are tried with. */
export const HOSTS = [
  'acme.internal',
  'web.acme.internal',
  'www.acme.internal',
  'a.web.acme.internal',
  'secret.acme.internal',
  'x.secret.acme.internal',
  'xacme.internal',
  'internal',
  'other.internal',
  'acme.internal.evil.com',
  'evil.com',
  'www.evil.com',
  'w.evil.com',
  'evil',
  'localhost',
  'xn--bcher-kva.acme.internal',
  'team_a.acme.internal',
] as const

/** Names that stand for several hosts, for one verifier or another. */
export const WILDCARDS = [
  '*.acme.internal',
  '*.web.acme.internal',
  '*.secret.acme.internal',
  '*.internal',
  '*.evil.com',
  '*',
  'w*.evil.com',
  '*w.evil.com',
  'w*.acme.internal',
  '*acme.internal',
  'www.*.com',
  's*t.acme.internal',
] as const

/** Addresses by text (RFC 5952), with their octets. */
export const ADDRESSES = {
  '10.1.2.3': [10, 1, 2, 3],
  '10.1.200.7': [10, 1, 200, 7],
  '10.200.0.1': [10, 200, 0, 1],
  '203.0.113.7': [203, 0, 113, 7],
  '203.0.114.7': [203, 0, 114, 7],
  '127.0.0.1': [127, 0, 0, 1],
  '2001:db8::1': [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  'fd00::5': [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5],
} as const satisfies Readonly<Record<string, readonly number[]>>

export type Address = keyof typeof ADDRESSES

export const MAILBOXES = [
  'a@acme.internal',
  'b@acme.internal',
  'a@mail.acme.internal',
  'ceo@evil.com',
  'acme.internal@evil.com',
] as const

export const URIS = [
  'spiffe://acme.internal/a',
  'spiffe://acme.internal/b/c',
  'spiffe://acme.internal.evil.com/a',
  'spiffe://evil.com/a',
  'https://www.acme.internal/x',
  'https://www.evil.com/acme.internal',
  'https://acme.internal@evil.com/',
  'https://www.acme.internal:443@evil.com/',
  'spiffe://acme.',
  'https://[1]/',
  'urn:acme:a',
] as const

/** Common names that are no host to any verifier, in a certificate for servers or not. */
export const PERSONS = ['Acme web server', 'alice@acme.internal', 'O’Neil & Söhne'] as const

/** Patterns of clients. */
export const DNS_PATTERNS = [
  '*',
  '*.acme.internal',
  'acme.internal',
  'web.acme.internal',
  '*.web.acme.internal',
  'w*.acme.internal',
  '*acme.internal',
  '*.internal',
  '*.evil.com',
  'evil.com',
  'localhost',
  's*.acme.internal',
] as const
export const IP_PATTERNS = [
  '*',
  '10.*',
  '10.1.*',
  '10.1.2*',
  '10.1.2.3',
  '203.0.113.7',
  '203.0.113.*',
  '2001:db8:*',
  'fd00::5',
] as const
export const EMAIL_PATTERNS = [
  '*',
  '*@acme.internal',
  'a@*',
  '*acme.internal',
  '*@evil.com',
] as const
export const URI_PATTERNS = [
  '*',
  'spiffe://acme.internal/*',
  'spiffe://acme.internal*',
  'https://*.acme.internal/*',
] as const

/** Extended key usages by cert-manager's name. */
export const EXT_KEY_USAGES = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
} as const

export type ExtKeyUsage = keyof typeof EXT_KEY_USAGES

export const KEY_USAGES = [
  'digital signature',
  'content commitment',
  'key encipherment',
  'key agreement',
  'cert sign',
  'crl sign',
] as const

export type Usage = ExtKeyUsage | (typeof KEY_USAGES)[number]

/** Whether a usage goes into extKeyUsage, and not into keyUsage. */
export const isExtKeyUsage = (text: string): text is ExtKeyUsage => text in EXT_KEY_USAGES

const isAddress = (text: string): text is Address => text in ADDRESSES

export const ALL_EXT_KEY_USAGES: readonly ExtKeyUsage[] =
  Object.keys(EXT_KEY_USAGES).filter(isExtKeyUsage)
export const ALL_USAGES: readonly Usage[] = [...KEY_USAGES, ...ALL_EXT_KEY_USAGES]
export const ALL_ADDRESSES: readonly Address[] = Object.keys(ADDRESSES).filter(isAddress)
