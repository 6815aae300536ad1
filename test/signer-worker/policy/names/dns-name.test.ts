import { describe, it } from 'vitest'
import { dnsNameFault } from '../../../../signer-worker/src/policy/names/dns-name.ts'

const LABEL_63 = 'a'.repeat(63)
const NAME_253 = `${LABEL_63}.${LABEL_63}.${LABEL_63}.${'b'.repeat(61)}`

describe('a DNS name', () => {
  it.for([
    ['localhost', 'ok'],
    ['Web-1.Example', 'ok'],
    ['1.2.3.example', 'ok'],
    ['xn--bcher-kva.example', 'ok'],
    ['*.example', 'ok'],
    ['*.a.b.example', 'ok'],
    [`${LABEL_63}.example`, 'ok'],
    [NAME_253, 'ok'],
    ['', 'is empty'],
    [`${NAME_253}b`, 'has 254 characters; 253 are the most'],
    [`${LABEL_63}a.example`, 'has a label of more than 63 characters'],
    ['a..example', 'has an empty label'],
    ['a.example.', 'has an empty label'],
    ['.example', 'has an empty label'],
    ['*.', 'has an empty label'],
    ['-a.example', 'has a label that is not letters, digits and inner hyphens'],
    ['a-.example', 'has a label that is not letters, digits and inner hyphens'],
    ['a b.example', 'has a label that is not letters, digits and inner hyphens'],
    ['a.example\u0000', 'has a label that is not letters, digits and inner hyphens'],
    ['a.example:443', 'has a label that is not letters, digits and inner hyphens'],
    [
      '0x7f.1',
      'is read as an IP address by URL parsers; an address belongs among the IP addresses',
    ],
    [
      'web.0x1F',
      'is read as an IP address by URL parsers; an address belongs among the IP addresses',
    ],
    ['127.1', 'is read as an IP address by URL parsers; an address belongs among the IP addresses'],
    [
      '2130706433',
      'is read as an IP address by URL parsers; an address belongs among the IP addresses',
    ],
    [
      'web.123',
      'is read as an IP address by URL parsers; an address belongs among the IP addresses',
    ],
    [
      'web.0x',
      'is read as an IP address by URL parsers; an address belongs among the IP addresses',
    ],
    ['web.0xg', 'ok'],
    ['web.1a', 'ok'],
    ['_ldap._tcp.a_b', 'ok'],
    ['_', 'ok'],
    ['*', 'has a "*" that is not the whole first label of several'],
    ['a*.example', 'has a "*" that is not the whole first label of several'],
    ['a.*.example', 'has a "*" that is not the whole first label of several'],
    ['*.*.example', 'has a "*" that is not the whole first label of several'],
    [
      '10.0.0.1',
      'is read as an IP address by URL parsers; an address belongs among the IP addresses',
    ],
    [
      '*.10.0.0.1',
      'is read as an IP address by URL parsers; an address belongs among the IP addresses',
    ],
  ] as const)('"%s": %s', ([name, expected], { expect }) => {
    expect(dnsNameFault(name) ?? 'ok').toBe(expected)
  })
})
