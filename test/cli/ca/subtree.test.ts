import { describe, it } from 'vitest'
import { DNS_SUBTREE, EMAIL_SUBTREE, IP_SUBTREE, URI_SUBTREE } from '../../../cli/src/ca/subtree.ts'

const TYPES = { dns: DNS_SUBTREE, ip: IP_SUBTREE, email: EMAIL_SUBTREE, uri: URI_SUBTREE }

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')
const ascii = (text: string): string => Buffer.from(text).toString('hex')

describe('a name constraint', () => {
  it.for([
    ['dns', 'example.com', ascii('example.com')],
    ['dns', 'Example.COM', ascii('example.com')],
    ['dns', 'local', ascii('local')],
    ['dns', 'xn--bcher-kva.example', ascii('xn--bcher-kva.example')],
    ['dns', `${'a'.repeat(63)}.example`, ascii(`${'a'.repeat(63)}.example`)],
    ['ip', '10.0.0.0/8', '0a000000ff000000'],
    ['ip', '192.168.4.0/22', 'c0a80400fffffc00'],
    ['ip', '192.0.2.1/32', 'c0000201ffffffff'],
    ['ip', '0.0.0.0/0', '0000000000000000'],
    ['ip', 'fd00::/8', `fd${'00'.repeat(15)}ff${'00'.repeat(15)}`],
    ['ip', '::/0', '00'.repeat(32)],
    [
      'ip',
      '2001:db8:0:1::/64',
      `20010db800000001${'00'.repeat(8)}${'ff'.repeat(8)}${'00'.repeat(8)}`,
    ],
    ['ip', '2001:db8:1:2:3:4:5:6/128', `20010db8000100020003000400050006${'ff'.repeat(16)}`],
    ['ip', '64:ff9b::192.0.2.0/120', `0064ff9b${'00'.repeat(8)}c0000200${'ff'.repeat(15)}00`],
    ['email', 'example.com', ascii('example.com')],
    ['email', '.Example.com', ascii('.example.com')],
    ['email', 'Ann.B@Example.com', ascii('Ann.B@example.com')],
    ['uri', 'example.com', ascii('example.com')],
    ['uri', '.example.com', ascii('.example.com')],
  ] as const)('%s %s is encoded', ([kind, text, octets], { expect }) => {
    const result = TYPES[kind].parse(text)
    expect(result.ok ? hex(result.value.bytes) : result.error).toBe(octets)
  })

  it.for([
    ['dns', '', /invalid DNS constraint/],
    ['dns', '.example.com', /write "example.com"/],
    ['dns', '*.example.com', /write "example.com"/],
    ['dns', 'example.com.', /invalid DNS constraint/],
    ['dns', 'exa_mple.com', /invalid DNS constraint/],
    ['dns', 'bücher.example', /invalid DNS constraint/],
    ['dns', '10.0.0.1', /invalid DNS constraint/],
    ['dns', `${'a'.repeat(64)}.example`, /invalid DNS constraint/],
    ['ip', '10.0.0.1', /invalid address range/],
    ['ip', '10.0.0.0/33', /invalid address range/],
    ['ip', 'fd00::/129', /invalid address range/],
    ['ip', 'fe80::%eth0/64', /invalid address range/],
    ['ip', '10.0/8', /invalid address range/],
    ['ip', '10.0.0.1/8', /bits are set after the first 8/],
    ['ip', '192.168.4.1/31', /bits are set after the first 31/],
    ['ip', 'fd01::/8', /bits are set after the first 8/],
    ['email', '@example.com', /invalid email constraint/],
    ['email', 'a b@example.com', /invalid email constraint/],
    ['email', 'a@.example.com', /invalid email constraint/],
    ['uri', 'https://example.com', /invalid URI constraint/],
    ['uri', 'example.com/path', /invalid URI constraint/],
    ['uri', '10.0.0.1', /invalid URI constraint/],
  ] as const)('%s "%s" is refused', ([kind, text, reason], { expect }) => {
    const result = TYPES[kind].parse(text)
    expect(result.ok ? result.value : result.error).toMatch(reason)
  })
})
