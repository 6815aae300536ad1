/**
 * Common names in every spelling that a verifier reads as a host or an address, where the certificate has
 * no dNSName.
 * @module
 */
import { attribute, commonName, seq, set } from '@edge-issuer/testbed/pki/x509'
import {
  ALL_BUT_GO,
  BY_ADDRESSES,
  BY_CLIENT,
  type CommonNameRow,
  toRequests,
} from './common-name-row.ts'
import type { HostileRequest } from './hostile-request.ts'

const ROWS: readonly CommonNameRow[] = [
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
]

export const COMMON_NAMES: readonly HostileRequest[] = ROWS.flatMap(toRequests)
