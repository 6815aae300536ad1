import { aKey, makeKey } from '@edge-issuer/testbed/pki/x509'
import { it } from 'vitest'
import {
  aCa,
  aClient,
  aConfig,
  anIssuer,
  builtClient,
  clientKey,
  faultsOf,
  issuing,
  lastInPath,
  publicKey,
} from '../support/config.ts'

it.for<[string, () => unknown, readonly (readonly [string, RegExp])[]]>([
  [
    'a chain without its root',
    () => aConfig({ issuers: { default: anIssuer({}, aCa({ chain: issuing.pem })) } }),
    [['/issuers/default/authorities/0/chain', /root|self/]],
  ],
  [
    'a chain that is no PEM',
    () => aConfig({ issuers: { default: anIssuer({}, aCa({ chain: 'PEM' })) } }),
    [['/issuers/default/authorities/0/chain', /BEGIN CERTIFICATE/]],
  ],
  [
    'a secret that is missing',
    () => aConfig({ issuers: { default: anIssuer({}, aCa({ keySecret: 'MISSING' })) } }),
    [['/issuers/default/authorities/0/keySecret', /no secret "MISSING"/]],
  ],
  [
    'a secret that is no key',
    () => aConfig({ issuers: { default: anIssuer({}, aCa({ keySecret: 'NO_KEY' })) } }),
    [['/issuers/default/authorities/0/keySecret', /"NO_KEY" is not one private key/]],
  ],
  [
    'the key of another certificate',
    () => aConfig({ issuers: { default: anIssuer({}, aCa({ keySecret: 'OTHER_KEY' })) } }),
    [['/issuers/default/authorities/0/keySecret', /"OTHER_KEY" does not belong/]],
  ],
  [
    'a name of a secret that could be a property of any object',
    () => aConfig({ issuers: { default: anIssuer({}, aCa({ keySecret: 'constructor' })) } }),
    [['/issuers/default/authorities/0/keySecret', /upper-case/]],
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
        issuers: { default: anIssuer({}, aCa({ chain: lastInPath.chainPem })) },
        profiles: { default: { isCA: true } },
      }),
    [
      [
        '/issuers/default/profiles/0',
        /path length 0 of the issuing CA "CN=Issuing" leaves no room/,
      ],
    ],
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
    'a key that a client and an admin share',
    () =>
      aConfig({
        clients: { c: aClient() },
        admins: { a: { role: 'read', keys: [{ publicKey: clientKey }] } },
      }),
    [['/clients/c/keys/0/publicKey', /already a key of admin "a"/]],
  ],
  [
    'an admin without a key',
    () => aConfig({ admins: { a: { role: 'read', keys: [] } } }),
    [['/admins/a/keys', />=1/]],
  ],
  [
    'a role that there is not',
    () => aConfig({ admins: { a: { role: 'root', keys: [{ publicKey: publicKey() }] } } }),
    [['/admins/a/role', /"read"\|"admin"/]],
  ],
  [
    'a number of shards that is no power of two',
    () => aConfig({ clients: { c: aClient({ shards: [1, 3] }) } }),
    [['/clients/c/shards/1', /one of 1, 2, 4/]],
  ],
  [
    'no number of shards',
    () => aConfig({ clients: { c: aClient({ shards: [] }) } }),
    [['/clients/c/shards', />=1/]],
  ],
  [
    'a rate limit that leaves an object nothing',
    () => aConfig({ clients: { c: aClient({ shards: [1, 16], certificatesPerMinute: 15 }) } }),
    [['/clients/c/certificatesPerMinute', /is below the 16 of shards/]],
  ],
  [
    'a limit of repeats that allows none',
    () => aConfig({ clients: { c: aClient({ repeatsPerMinute: 0 }) } }),
    [['/clients/c/repeatsPerMinute', />=1/]],
  ],
  [
    'a limit of repeats that is none',
    () => aConfig({ clients: { c: aClient({ repeatsPerMinute: 100_001 }) } }),
    [['/clients/c/repeatsPerMinute', /<=100000/]],
  ],
  [
    'a client that does not say what it may ask for',
    () => aConfig({ clients: { c: { ...aClient(), unrestricted: undefined } } }),
    [['/clients/c', /must set `allowed`, or `unrestricted: true`/]],
  ],
  [
    'a client that is not unrestricted, without rules',
    () => aConfig({ clients: { c: aClient({ unrestricted: false }) } }),
    [['/clients/c', /must set `allowed`, or `unrestricted: true`/]],
  ],
  [
    'a client with rules that is unrestricted all the same',
    () => aConfig({ clients: { c: aClient({ allowed: {}, unrestricted: true }) } }),
    [['/clients/c', /has both `allowed` and `unrestricted: true`/]],
  ],
  [
    'an option of a profile that contradicts another',
    () => aConfig({ profiles: { default: { minRsaBits: 4096, maxRsaBits: 2048 } } }),
    [['/profiles/default/maxRsaBits', /minRsaBits/]],
  ],
  [
    'a blocked key in upper case',
    () => aConfig({ blockedKeys: ['0'.repeat(64), 'A'.repeat(64)] }),
    [['/blockedKeys/1', /64 lower-case hexadecimal digits/]],
  ],
  [
    'a blocked key that is no SHA-256',
    () => aConfig({ blockedKeys: ['a'.repeat(40)] }),
    [['/blockedKeys/0', /a SHA-256/]],
  ],
  [
    'too many blocked keys',
    () => aConfig({ blockedKeys: blockedKeys(10_001) }),
    [['/blockedKeys', /<=10000/]],
  ],
])('%s is a fault, and the only one', ([, config, expected], { expect }) => {
  const faults = faultsOf(config())
  expect(faults.map(({ path }) => path)).toEqual(expected.map(([path]) => path))
  for (const [index, [, pattern]] of expected.entries()) {
    expect(faults[index]?.message).toMatch(pattern)
  }
})

it.for<[string, () => unknown]>([
  ['a rate limit', () => aConfig({ clients: { c: aClient({ certificatesPerMinute: 10 }) } })],
  ['a limit of repeats', () => aConfig({ clients: { c: aClient({ repeatsPerMinute: 1 }) } })],
  ['several objects', () => aConfig({ clients: { c: aClient({ shards: [1, 256] }) } })],
  ['blocked keys', () => aConfig({ blockedKeys: blockedKeys(10_000) })],
  [
    'a rate limit of one for each object',
    () => aConfig({ clients: { c: aClient({ shards: [16], certificatesPerMinute: 16 }) } }),
  ],
  [
    'no rate limit over several objects',
    () => aConfig({ clients: { c: aClient({ shards: [16], certificatesPerMinute: null }) } }),
  ],
  ['rules', () => aConfig({ clients: { c: aClient({ allowed: {}, unrestricted: false }) } })],
  [
    'an admin',
    () => aConfig({ admins: { a: { role: 'admin', keys: [{ publicKey: publicKey() }] } } }),
  ],
])('%s is no fault', ([, config], { expect }) => {
  expect(faultsOf(config())).toEqual([])
})

const blockedKeys = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0'))

it.for<[string, Readonly<Record<string, unknown>>, number | undefined]>([
  ['says nothing', {}, 1200],
  ['says a limit', { certificatesPerMinute: 7 }, 7],
  ['says that there is none', { certificatesPerMinute: null }, undefined],
  ['has several objects', { shards: [1, 8] }, 150],
  ['has several objects, not evenly', { shards: [8, 4], certificatesPerMinute: 1003 }, 250],
])('a client that %s has its limit in each object: %j', ([, changes, expected], { expect }) => {
  expect(builtClient(aClient(changes)).client.certificatesPerMinute).toBe(expected)
})
