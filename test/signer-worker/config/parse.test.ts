import { it } from 'vitest'
import {
  type ConfigFault,
  formatConfigFault,
  loadConfig,
  parseConfig,
} from '../../../signer-worker/src/config/index.ts'
import {
  aKey,
  authorityExtensions,
  basicConstraints,
  commonName,
  makeAuthority,
  makeKey,
  toPem,
} from '../../support/x509.ts'

const NOW_MS = Date.parse('2026-11-24T12:00:00Z')
const publicKey = (key = makeKey('Ed25519')): string => toPem('PUBLIC KEY', key.spki)

const root = makeAuthority({ subject: commonName('Root') })
const issuing = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
})
const secrets: Readonly<Record<string, string>> = {
  CA_KEY: issuing.key.privateKeyPem,
  OTHER_KEY: makeKey('P-256').privateKeyPem,
  NO_KEY: 'not a key',
}

type Json = { [member: string]: unknown }

/** A configuration without faults; a test changes one entry. */
const aConfig = (changes: Json = {}): Json => ({
  publicUrl: 'https://ca.example.com',
  issuers: { default: anIssuer() },
  profiles: { default: {} },
  clients: { 'cluster-1': aClient() },
  ...changes,
})
const anIssuer = (changes: Json = {}): Json => ({
  chain: issuing.chainPem,
  keySecret: 'CA_KEY',
  profiles: ['default'],
  ...changes,
})
const clientKey = publicKey()
const aClient = (changes: Json = {}): Json => ({
  keys: [{ publicKey: clientKey }],
  issuers: ['default'],
  profiles: ['default'],
  ...changes,
})

const readSecret = (name: string): string | undefined => secrets[name]
const faultsOf = (config: unknown, nowMs = NOW_MS): readonly ConfigFault[] => {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  const parsed = parseConfig(text, readSecret, nowMs)
  return parsed.ok ? [] : parsed.error
}

it('a configuration without faults becomes what the worker looks things up in', ({ expect }) => {
  const config = aConfig({
    $schema: './signer.config.schema.json',
    publicUrl: 'https://CA.example.com:443/a/prefix/',
    clients: {
      'cluster-1': aClient({
        keys: [
          { publicKey: clientKey, notBefore: '2026-01-01T00:00:00Z' },
          { publicKey: publicKey(), notAfter: '2027-01-01T00:00:00Z' },
        ],
        allowed: { dnsNames: ['*.example'] },
      }),
    },
  })
  const parsed = parseConfig(JSON.stringify(config), readSecret, NOW_MS)
  expect(parsed).toMatchObject({
    ok: true,
    value: { publicUrl: { origin: 'https://ca.example.com', prefix: '/a/prefix' } },
  })
  if (!parsed.ok) return
  const { issuers, profiles, clientKeys } = parsed.value
  expect([...issuers.keys()]).toEqual(['default'])
  expect(profiles.get('default')).toMatchObject({ isCA: false, backdateSeconds: 60 })
  expect([...clientKeys.values()]).toMatchObject([
    {
      client: { name: 'cluster-1', policy: { dnsNames: ['*.example'] } },
      notBeforeMs: Date.parse('2026-01-01T00:00:00Z'),
      notAfterMs: Infinity,
    },
    { notBeforeMs: -Infinity, notAfterMs: Date.parse('2027-01-01T00:00:00Z') },
  ])
  for (const [keyId, key] of clientKeys) expect(key.keyId).toBe(keyId)
})

it('the key id is the thumbprint of RFC 8037 appendix A.3', ({ expect }) => {
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'base64url'),
  ])
  const clients = { c: aClient({ keys: [{ publicKey: toPem('PUBLIC KEY', spki) }] }) }
  const parsed = parseConfig(JSON.stringify(aConfig({ clients })), readSecret, NOW_MS)
  expect(parsed.ok && [...parsed.value.clientKeys.keys()]).toEqual([
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  ])
})

/** The issuing CA with the same key and path length 0. */
const lastInPath = makeAuthority({
  key: issuing.key,
  subject: commonName('Issuing'),
  issuer: root,
  extensions: Object.values({
    ...authorityExtensions(issuing.subjectKeyId),
    basicConstraints: basicConstraints(true, 0),
  }),
})

it.for<[string, () => unknown, readonly (readonly [string, RegExp])[]]>([
  ['text that is not JSON', () => '{"publicUrl": ', [['', /^is not JSON: /]]],
  ['JSON that is no object', () => [], [['', /expected object/]]],
  ['an unknown member', () => aConfig({ extra: 1 }), [['', /extra/]]],
  [
    'a section that is missing',
    () => aConfig({ profiles: undefined }),
    [['/profiles', /expected record/]],
  ],
  [
    'sections that are empty',
    () => aConfig({ issuers: {}, profiles: {}, clients: {} }),
    [
      ['/issuers', /empty/],
      ['/profiles', /empty/],
      ['/clients', /empty/],
    ],
  ],
  [
    'a name that is no DNS label',
    () => aConfig({ profiles: { default: {}, 'a/b': {} } }),
    [['/profiles/a~1b', /the name must be a DNS label/]],
  ],
  ['a public URL that is no URL', () => aConfig({ publicUrl: 'ca' }), [['/publicUrl', /absolute/]]],
  [
    'a public URL that is not https',
    () => aConfig({ publicUrl: 'http://ca.example.com' }),
    [['/publicUrl', /https, not http:/]],
  ],
  [
    'a public URL with a query',
    () => aConfig({ publicUrl: 'https://ca.example.com/?' }),
    [['/publicUrl', /no query/]],
  ],
  [
    'a public URL with a fragment',
    () => aConfig({ publicUrl: 'https://ca.example.com/#a' }),
    [['/publicUrl', /no fragment|no query and no fragment/]],
  ],
  [
    'a public URL with a user',
    () => aConfig({ publicUrl: 'https://me@ca.example.com' }),
    [['/publicUrl', /no user/]],
  ],
  [
    'a chain without its root',
    () => aConfig({ issuers: { default: anIssuer({ chain: issuing.pem }) } }),
    [['/issuers/default/chain', /root|self/]],
  ],
  [
    'a chain that is no PEM',
    () => aConfig({ issuers: { default: anIssuer({ chain: 'PEM' }) } }),
    [['/issuers/default/chain', /BEGIN CERTIFICATE/]],
  ],
  [
    'a secret that is missing',
    () => aConfig({ issuers: { default: anIssuer({ keySecret: 'MISSING' }) } }),
    [['/issuers/default/keySecret', /no secret "MISSING"/]],
  ],
  [
    'a secret that is no key',
    () => aConfig({ issuers: { default: anIssuer({ keySecret: 'NO_KEY' }) } }),
    [['/issuers/default/keySecret', /"NO_KEY" is not one private key/]],
  ],
  [
    'the key of another certificate',
    () => aConfig({ issuers: { default: anIssuer({ keySecret: 'OTHER_KEY' }) } }),
    [['/issuers/default/keySecret', /"OTHER_KEY" does not belong/]],
  ],
  [
    'a name of a secret that could be a property of any object',
    () => aConfig({ issuers: { default: anIssuer({ keySecret: 'constructor' }) } }),
    [['/issuers/default/keySecret', /upper-case/]],
  ],
  [
    'a profile that the issuer names and nobody has',
    () => aConfig({ issuers: { default: anIssuer({ profiles: ['default', 'gone'] }) } }),
    [['/issuers/default/profiles/1', /no profile "gone"/]],
  ],
  [
    'a profile for CA certificates under path length 0',
    () =>
      aConfig({
        issuers: { default: anIssuer({ chain: lastInPath.chainPem }) },
        profiles: { default: { isCA: true } },
      }),
    [['/issuers/default/profiles/0', /path length 0 of the issuing CA/]],
  ],
  [
    'an issuer that the client names and nobody has',
    () => aConfig({ clients: { c: aClient({ issuers: ['default', 'gone'] }) } }),
    [['/clients/c/issuers/1', /no issuer "gone"/]],
  ],
  [
    'a profile that the client names and nobody has',
    () => aConfig({ clients: { c: aClient({ profiles: ['default', 'gone'] }) } }),
    [['/clients/c/profiles/1', /no profile "gone"/]],
  ],
  [
    'a client without a profile of its issuer',
    () =>
      aConfig({
        profiles: { default: {}, other: {} },
        clients: { c: aClient({ profiles: ['other'] }) },
      }),
    [['/clients/c/issuers/0', /none of the client's profiles/]],
  ],
  [
    'a key that is not Ed25519',
    () => aConfig({ clients: { c: aClient({ keys: [{ publicKey: publicKey(aKey()) }] }) } }),
    [['/clients/c/keys/0/publicKey', /not an Ed25519/]],
  ],
  [
    'a private key in place of the public one',
    () =>
      aConfig({
        clients: { c: aClient({ keys: [{ publicKey: makeKey('Ed25519').privateKeyPem }] }) },
      }),
    [['/clients/c/keys/0/publicKey', /BEGIN PUBLIC KEY/]],
  ],
  [
    'a key that one client has twice',
    () =>
      aConfig({
        clients: { c: aClient({ keys: [{ publicKey: clientKey }, { publicKey: clientKey }] }) },
      }),
    [['/clients/c/keys/1/publicKey', /already a key of client "c"/]],
  ],
  [
    'a key that two clients share',
    () => aConfig({ clients: { a: aClient(), b: aClient() } }),
    [['/clients/b/keys/0/publicKey', /already a key of client "a"/]],
  ],
  [
    'a key that ends before it begins',
    () => {
      const times = { notBefore: '2026-02-01T00:00:00Z', notAfter: '2026-01-01T00:00:00Z' }
      return aConfig({ clients: { c: aClient({ keys: [{ publicKey: clientKey, ...times }] }) } })
    },
    [['/clients/c/keys/0/notAfter', /before notBefore/]],
  ],
  [
    'an option of a profile that contradicts another',
    () => aConfig({ profiles: { default: { minRsaBits: 4096, maxRsaBits: 2048 } } }),
    [['/profiles/default/maxRsaBits', /minRsaBits/]],
  ],
])('%s is a fault, and the only one', ([, config, expected], { expect }) => {
  const faults = faultsOf(config())
  expect(faults.map(({ path }) => path)).toEqual(expected.map(([path]) => path))
  for (const [index, [, pattern]] of expected.entries()) {
    expect(faults[index]?.message).toMatch(pattern)
  }
})

it('all faults are told at once, entry by entry', ({ expect }) => {
  const config = aConfig({
    publicUrl: 'http://ca.example.com',
    issuers: {
      default: anIssuer({ keySecret: 'OTHER_KEY', profiles: ['default', 'gone'] }),
      shapeless: {},
      chainless: anIssuer({ chain: '', keySecret: 'MISSING' }),
    },
    profiles: { default: { wildcards: 'yes' } },
    clients: { c: aClient({ issuers: ['default', 'shapeless', 'gone'] }), d: 1 },
  })
  expect(faultsOf(config).map(({ path }) => path)).toEqual([
    '/issuers/shapeless/chain',
    '/issuers/shapeless/keySecret',
    '/issuers/shapeless/profiles',
    '/profiles/default/wildcards',
    '/clients/d',
    '/publicUrl',
    '/issuers/default/keySecret',
    '/issuers/default/profiles/1',
    '/issuers/chainless/chain',
    '/issuers/chainless/keySecret',
    '/clients/c/issuers/2',
  ])
})

it('an expired CA is a fault for the operator, and none for the worker', ({ expect }) => {
  const text = JSON.stringify(aConfig())
  const end = Date.parse('2049-12-31T23:59:59Z')
  expect(parseConfig(text, readSecret, end).ok).toBe(true)
  expect(faultsOf(text, end + 1000)).toEqual([
    { path: '/issuers/default/chain', message: expect.stringContaining('expired') },
  ])
  expect(loadConfig(text, readSecret).ok).toBe(true)
})

it('a fault is shown with its place', ({ expect }) => {
  expect(formatConfigFault({ path: '/clients/c', message: 'is odd' })).toBe('/clients/c: is odd')
  expect(formatConfigFault({ path: '', message: 'is odd' })).toBe('the document: is odd')
})
