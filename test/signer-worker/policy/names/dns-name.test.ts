import { describe, it } from 'vitest'
import { checkDnsName } from '../../../../signer-worker/src/policy/names/dns-name.ts'

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
    ['', 'empty'],
    [`${NAME_253}b`, 'too_long'],
    [`${LABEL_63}a.example`, 'label_too_long'],
    ['a..example', 'label_empty'],
    ['a.example.', 'label_empty'],
    ['.example', 'label_empty'],
    ['*.', 'label_empty'],
    ['-a.example', 'label_malformed'],
    ['a-.example', 'label_malformed'],
    ['a b.example', 'label_malformed'],
    ['a.example\u0000', 'label_malformed'],
    ['a.example:443', 'label_malformed'],
    ['0x7f.1', 'reads_as_ip_address'],
    ['web.0x1F', 'reads_as_ip_address'],
    ['127.1', 'reads_as_ip_address'],
    ['2130706433', 'reads_as_ip_address'],
    ['web.123', 'reads_as_ip_address'],
    ['web.0x', 'reads_as_ip_address'],
    ['web.0xg', 'ok'],
    ['web.1a', 'ok'],
    ['_ldap._tcp.a_b', 'ok'],
    ['_', 'ok'],
    ['*', 'wildcard_misplaced'],
    ['a*.example', 'wildcard_misplaced'],
    ['a.*.example', 'wildcard_misplaced'],
    ['*.*.example', 'wildcard_misplaced'],
    ['10.0.0.1', 'reads_as_ip_address'],
    ['*.10.0.0.1', 'reads_as_ip_address'],
  ] as const)('"%s": %s', ([name, expected], { expect }) => {
    expect(checkDnsName(name)?.kind ?? 'ok').toBe(expected)
  })
})
