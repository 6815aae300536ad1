/**
 * DNS names outside the rules, or written so that programs disagree about them.
 * @module
 */
import { ascii, generalName, primitive } from '@edge-issuer/testbed/pki/x509'
import type { HostileRequest } from './hostile-request.ts'
import {
  BY_CLIENT,
  CHAIN,
  EVERYBODY,
  EXCLUDED,
  type NameRow,
  server,
  toRequest,
} from './name-row.ts'

const { dns } = generalName

const ROWS: readonly NameRow[] = [
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
    (address): NameRow => ({
      title: `a DNS name that a URL parser reads as 127.0.0.1: ${address}`,
      names: [dns(address)],
      as: server(address),
      by: ['openssl', 'Go'],
      code: 'name_malformed',
      ca: 'addresses',
      client: 'free',
    }),
  ),
]

export const HOST_NAMES: readonly HostileRequest[] = ROWS.map(toRequest)
