import { toPem } from '@edge-issuer/testbed/pki/x509'
import { it } from 'vitest'
import {
  formatConfigError,
  loadConfig,
  parseConfig,
} from '../../../signer-worker/src/config/exports.ts'
import {
  aCa,
  aClient,
  aConfig,
  anIssuer,
  builtClient,
  clientKey,
  faultsOf,
  NOW_MS,
  publicKey,
  readSecret,
} from '../support/config.ts'

it('a configuration without faults becomes what the worker looks things up in', ({ expect }) => {
  const config = aConfig({
    $schema: './signer.config.schema.json',
    publicUrl: 'https://CA.example.com:443/a/prefix/',
  })
  const parsed = parseConfig(JSON.stringify(config), readSecret, NOW_MS)
  expect(parsed).toMatchObject({
    ok: true,
    value: { publicUrl: { origin: 'https://ca.example.com', prefix: '/a/prefix' } },
  })
  if (!parsed.ok) return
  const { issuers, profiles } = parsed.value
  expect([...issuers.keys()]).toEqual(['default'])
  expect(profiles.get('default')).toMatchObject({ isCA: false, backdateSeconds: 60 })
})

it('one byte order mark may precede the document', ({ expect }) => {
  const text = JSON.stringify(aConfig())
  expect(loadConfig(`\uFEFF${text}`, readSecret)).toMatchObject({ ok: true })
  expect(parseConfig(`\uFEFF${text}`, readSecret, NOW_MS).ok).toBe(true)
  expect(loadConfig(`\uFEFF\uFEFF${text}`, readSecret).ok).toBe(false)
})

it('an entry without faults becomes a client with its keys', ({ expect }) => {
  const { client, keys } = builtClient(
    aClient({
      keys: [
        { publicKey: clientKey, notBefore: '2026-01-01T00:00:00Z' },
        { publicKey: publicKey(), notAfter: '2027-01-01T00:00:00Z' },
      ],
      allowed: { dnsNames: { values: ['*.example'] } },
      constraints: { maxDurationSeconds: 3600 },
      selector: { namespace: { matchNames: ['team-*'] } },
    }),
  )
  expect(client).toMatchObject({
    name: 'c',
    shards: [1],
    policy: {
      allowed: { isCA: false, usages: [] },
      constraints: { maxDurationSeconds: 3600 },
      namespaces: { texts: ['team-*'] },
    },
  })
  expect([...keys.values()]).toMatchObject([
    { holder: client, notBeforeMs: Date.parse('2026-01-01T00:00:00Z'), notAfterMs: Infinity },
    { notBeforeMs: -Infinity, notAfterMs: Date.parse('2027-01-01T00:00:00Z') },
  ])
  for (const [keyId, key] of keys) expect(key.keyId).toBe(keyId)
})

it('the key id is the thumbprint of RFC 8037 appendix A.3', ({ expect }) => {
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'base64url'),
  ])
  const { keys } = builtClient(aClient({ keys: [{ publicKey: toPem('PUBLIC KEY', spki) }] }))
  expect([...keys.keys()]).toEqual(['kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'])
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
    () => aConfig({ issuers: {}, profiles: {} }),
    [
      ['/issuers', /empty/],
      ['/profiles', /empty/],
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
])('%s is a fault, and the only one', ([, config, expected], { expect }) => {
  const faults = faultsOf(config())
  expect(faults.map(({ path }) => path)).toEqual(expected.map(([path]) => path))
  for (const [index, [, pattern]] of expected.entries()) {
    expect(faults[index]?.message).toMatch(pattern)
  }
})

it('all errors are reported at once, entry by entry', ({ expect }) => {
  const config = aConfig({
    publicUrl: 'http://ca.example.com',
    issuers: {
      default: anIssuer({ profiles: ['default', 'gone'] }, aCa({ keySecret: 'OTHER_KEY' })),
      shapeless: {},
      chainless: anIssuer({}, aCa({ chain: '', keySecret: 'MISSING' })),
    },
    profiles: { default: { wildcards: 'yes' } },
  })
  expect(faultsOf(config).map(({ path }) => path)).toEqual([
    '/issuers/shapeless/authorities',
    '/issuers/shapeless/profiles',
    '/profiles/default/wildcards',
    '/publicUrl',
    '/issuers/default/authorities/0/keySecret',
    '/issuers/default/profiles/1',
    '/issuers/chainless/authorities/0/chain',
    '/issuers/chainless/authorities/0/keySecret',
  ])
})

it.for<[string, () => unknown, readonly string[]]>([
  [
    'an unknown member',
    () =>
      aConfig({
        extra: 1,
        publicUrl: 'http://ca.example.com',
        retention: {},
        blockedKeys: ['no hash'],
        issuers: { default: anIssuer({ profiles: ['gone'] }, aCa({ chain: '' })) },
        profiles: { default: { wildcards: 'yes' } },
        admins: { a: { role: 'root', keys: [{ publicKey: 'PEM' }] } },
      }),
    [
      '/profiles/default/wildcards',
      '/retention/afterExpiryDays',
      '/admins/a/role',
      '/blockedKeys/0',
      '',
      '/publicUrl',
      '/issuers/default/authorities/0/chain',
      '/issuers/default/profiles/0',
    ],
  ],
  [
    'a state that there is not',
    () =>
      aConfig({
        issuers: { default: anIssuer({ profiles: ['gone'] }, aCa({ state: 'x', chain: '' })) },
      }),
    [
      '/issuers/default/authorities/0/state',
      '/issuers/default/authorities/0/chain',
      '/issuers/default/profiles/0',
    ],
  ],
  [
    'the old name of authorities',
    () => aConfig({ issuers: { default: { keys: [aCa({ chain: '' })], profiles: ['gone'] } } }),
    [
      '/issuers/default/keys',
      '/issuers/default/authorities/0/chain',
      '/issuers/default/profiles/0',
    ],
  ],
  [
    'clients',
    () => {
      const issuers = { default: anIssuer({ profiles: ['gone'] }) }
      return JSON.stringify({ ...aConfig({ publicUrl: 1, issuers }), clients: {} })
    },
    ['/clients', '/publicUrl', '/issuers/default/profiles/0'],
  ],
  [
    'authorities that are no list',
    () => aConfig({ issuers: { default: { authorities: 1, profiles: [1, 'gone'] } } }),
    ['/issuers/default/authorities', '/issuers/default/profiles/0', '/issuers/default/profiles/1'],
  ],
  [
    'a wrong member of a profile whose times contradict each other',
    () =>
      aConfig({
        profiles: { default: { wildcards: 1, minDurationSeconds: 7200, maxDurationSeconds: 3600 } },
      }),
    ['/profiles/default/wildcards', '/profiles/default/maxDurationSeconds'],
  ],
])('%s hides no other error', ([, config, expected], { expect }) => {
  expect(faultsOf(config()).map(({ path }) => path)).toEqual(expected)
})

it('clients are refused with the command that moves them', ({ expect }) => {
  const text = JSON.stringify({ ...aConfig(), clients: { c: aClient() } })
  expect(faultsOf(text)).toEqual([
    {
      path: '/clients',
      message: expect.stringContaining('edge-issuer clients apply --from-config COPY'),
    },
  ])
  expect(loadConfig(text, readSecret).ok).toBe(false)
})

it('an expired CA is a fault for the operator, and none for the worker', ({ expect }) => {
  const text = JSON.stringify(aConfig())
  const end = Date.parse('2049-12-31T23:59:59Z')
  expect(parseConfig(text, readSecret, end).ok).toBe(true)
  expect(faultsOf(text, end + 1000)).toEqual([
    { path: '/issuers/default/authorities/0/chain', message: expect.stringContaining('expired') },
  ])
  expect(loadConfig(text, readSecret).ok).toBe(true)
})

it('a fault is shown with its place', ({ expect }) => {
  expect(formatConfigError({ path: '/clients/c', message: 'is odd' })).toBe('/clients/c: is odd')
  expect(formatConfigError({ path: '', message: 'is odd' })).toBe('the document: is odd')
})
