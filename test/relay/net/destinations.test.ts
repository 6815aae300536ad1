import { describe, it } from 'vitest'
import { withoutBrackets } from '../../../relay/src/net/address.ts'
import {
  type AllowedDestination,
  type Destinations,
  parseAllowedDestination,
  restrictedDestinations,
} from '../../../relay/src/net/destinations.ts'

const parsed = (text: string): AllowedDestination => {
  const entry = parseAllowedDestination(text)
  if (!entry.ok) throw new Error(entry.error)
  return entry.value
}

const allowing = (...entries: readonly string[]): Destinations =>
  restrictedDestinations(entries.map(parsed))

/** What the relay would do with an Issuer's URL: as a URL parser reads it. */
function restrict(destinations: Destinations, url: string, isProxied = false): string {
  const { hostname, port } = new URL(url)
  const target = { hostname: withoutBrackets(hostname), port }
  const result = destinations.restrict(target, isProxied)
  if (!result.ok) return 'refused'
  return result.value === undefined ? 'not limited' : 'by address'
}

/** Whether an address may be connected to. */
const mayConnect = (destinations: Destinations, address: string): boolean => {
  const result = destinations.restrict({ hostname: 'ca.example.com', port: '' }, false)
  return (
    result.ok && result.value?.check(address, address.includes(':') ? 'ipv6' : 'ipv4') === false
  )
}

describe('entries', () => {
  it.for([
    ['ca.example.com', { kind: 'host', name: 'ca.example.com' }],
    ['CA.Example.COM.', { kind: 'host', name: 'ca.example.com' }],
    ['localhost', { kind: 'host', name: 'localhost' }],
    ['.example.com', { kind: 'domain', name: 'example.com' }],
    ['.svc', { kind: 'domain', name: 'svc' }],
    ['.bücher.example', { kind: 'domain', name: 'xn--bcher-kva.example' }],
    ['10.0.0.0/8', { kind: 'network', address: '10.0.0.0', bits: 8 }],
    ['10.1.2.3', { kind: 'network', address: '10.1.2.3', bits: 32 }],
    ['0.0.0.0/0', { kind: 'network', address: '0.0.0.0', bits: 0 }],
    ['fd00::/8', { kind: 'network', address: 'fd00::', bits: 8 }],
    ['::1', { kind: 'network', address: '::1', bits: 128 }],
  ] as const)('%s', ([text, want], { expect }) => {
    expect(parseAllowedDestination(text)).toEqual({ ok: true, value: want })
  })

  it.for([
    '*',
    '*.example.com',
    '.',
    '..example.com',
    'a..b',
    'https://ca.example.com',
    'ca.example.com:8443',
    'ca.example.com/x',
    'user@ca.example.com',
    'ca example.com',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '10.1',
    '0x7f.1',
    '127.0.0.1:443',
    '[::1]',
    '[::1]:443',
    'fe80::1%eth0',
    'fe80::%eth0/64',
    'fd00::/129',
    '::ffff:10.0.0.0/104',
    '%6c%6f.example',
  ])('%s is refused', (text, { expect }) => {
    expect(parseAllowedDestination(text).ok).toBe(false)
  })
})

describe('hosts in URLs of Issuers', () => {
  const NONE = allowing()

  it.for([
    // Every spelling of 127.0.0.1, and some of others.
    'https://127.0.0.1',
    'https://127.0.0.1:8443',
    'https://127.0.0.1./',
    'https://127.1',
    'https://0177.0.0.1',
    'https://0x7f.0.0.1',
    'https://0x7f000001',
    'https://2130706433',
    'https://①②⑦.⓪.⓪.①',
    'https://127。0。0。1',
    'https://%31%32%37.0.0.1',
    'https://0',
    'https://10.0.0.1:443',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]',
    'https://[::]:6443',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://[::127.0.0.1]',
    'https://[64:ff9b::10.0.0.1]',
    'https://[2002:7f00:1::]',
    'https://[fe80::1]',
    'https://[fd00:ec2::254]',
  ])('%s is refused', (url, { expect }) => {
    expect(restrict(NONE, url)).toBe('refused')
    expect(restrict(NONE, url, true)).toBe('refused')
  })

  it.for(['https://1.1.1.1', 'https://ca.example.com', 'https://[2606:4700::1]:8443'])(
    '%s is limited by the address that is connected to',
    (url, { expect }) => {
      expect(restrict(NONE, url)).toBe('by address')
      expect(restrict(NONE, url, true)).toBe('by address')
    },
  )

  it.for([
    'https://localhost',
    'https://LOCALHOST.',
    'https://a.localhost',
    'https://kubernetes',
    'https://kubernetes.default.svc',
    'https://kubernetes.default.svc.cluster.local',
    'https://kubernetes.default.svc.cluster.local.',
    'https://metadata.google.internal',
    'https://printer.local',
    'https://nas.home.arpa',
    'https://wiki.corp',
  ])('%s is refused where a proxy would resolve it', (url, { expect }) => {
    expect(restrict(NONE, url, true)).toBe('refused')
    expect(restrict(NONE, url)).toBe('by address')
  })

  it.for([
    ['ca.example.com', 'https://ca.example.com', 'not limited'],
    ['ca.example.com', 'https://CA.EXAMPLE.COM.:8443', 'not limited'],
    ['ca.example.com', 'https://x.ca.example.com', 'by address'],
    ['ca.example.com', 'https://evil-ca.example.com', 'by address'],
    ['ca.example.com', 'https://ca.example.com.evil.test', 'by address'],
    ['.example.com', 'https://ca.example.com', 'not limited'],
    ['.example.com', 'https://a.b.example.com.', 'not limited'],
    ['.example.com', 'https://example.com', 'by address'],
    ['.example.com', 'https://evilexample.com', 'by address'],
    ['.bücher.example', 'https://ca.BÜCHER.example', 'not limited'],
    ['10.0.0.0/8', 'https://10.1.2.3', 'by address'],
    ['10.0.0.0/8', 'https://11.1.2.3', 'by address'],
    ['10.0.0.0/8', 'https://192.168.0.1', 'refused'],
    ['127.0.0.1', 'https://0x7f.1', 'by address'],
    ['127.0.0.1', 'https://127.0.0.2', 'refused'],
    ['::1', 'https://[0:0::1]', 'by address'],
  ] as const)('%s allows %s: %s', ([entry, url, want], { expect }) => {
    expect(restrict(allowing(entry), url)).toBe(want)
  })

  it.for([
    ['.svc', 'https://kubernetes.default.svc', 'not limited'],
    ['.cluster.local', 'https://ca.pki.svc.cluster.local.', 'not limited'],
    ['ca', 'https://ca', 'not limited'],
    ['.svc', 'https://kubernetes.default.svc.cluster.local', 'refused'],
    ['0.0.0.0/0', 'https://localhost', 'refused'],
  ] as const)('behind a proxy, %s allows %s: %s', ([entry, url, want], { expect }) => {
    expect(restrict(allowing(entry), url, true)).toBe(want)
  })

  it.for([
    ['10.1.2.3', false],
    ['ca.corp', true],
  ] as const)('says what to ask of whom for %s', ([hostname, isProxied], { expect }) => {
    expect(NONE.restrict({ hostname, port: '' }, isProxied)).toEqual({
      ok: false,
      error: `an Issuer may use public addresses and names only, and ${hostname} is not public; use a ClusterIssuer, or ask a cluster admin to allow it: --issuer-url-allow=${hostname}, or issuerUrlAllow in the chart`,
    })
  })
})

describe('addresses that are connected to', () => {
  it.for([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '9.255.255.255', true],
    ['10.0.0.0/8', '127.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '64:ff9b::10.1.2.3', true],
    ['10.0.0.0/8', '64:ff9b::192.168.0.1', false],
    ['10.9.9.9/8', '10.1.2.3', true],
    ['::/0', '::1', true],
    ['::/0', 'fd00::1', true],
    ['::/0', '10.1.2.3', false],
    ['::/0', '::ffff:10.1.2.3', false],
    ['0.0.0.0/0', '127.0.0.1', true],
    ['0.0.0.0/0', '::1', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fc00::1', false],
    ['ca.example.net', '10.1.2.3', false],
    ['.example.net', '1.1.1.1', true],
  ] as const)('%s lets Issuers connect to %s: %s', ([entry, address, want], { expect }) => {
    expect(mayConnect(allowing(entry), address)).toBe(want)
  })
})
