/** An entry with an error is out of service by itself, and every other one works. */
import { isDeepStrictEqual } from 'node:util'
import { describe, it } from 'vitest'
import {
  type ConfigError,
  loadConfig,
  parseConfig,
  type SignerConfig,
} from '../../../signer-worker/src/config/exports.ts'
import {
  aCa,
  aConfig,
  anIssuer,
  issuing,
  lastInPath,
  NOW_MS,
  publicKey,
  readSecret,
} from '../support/config.ts'

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A configuration with one more entry here and there. */
function load(more: Sections): SignerConfig {
  const plain: Sections = {
    issuers: { default: anIssuer() },
    profiles: { default: {} },
    admins: { alice: { role: 'read', keys: [{ publicKey: adminKey }] } },
  }
  const sections = Object.entries(plain).map(([name, entries]) => [
    name,
    { ...entries, ...more[name] },
  ])
  const text = JSON.stringify(aConfig(Object.fromEntries(sections)))
  const loaded = loadConfig(text, readSecret)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  expectReported(text, loaded.value.errors)
  return loaded.value
}

const adminKey = publicKey()

/** What the worker leaves out of service is an error for the operator. */
function expectReported(text: string, errors: readonly ConfigError[]): void {
  const parsed = parseConfig(text, readSecret, NOW_MS)
  const found = parsed.ok ? [] : parsed.error
  const missing = errors.filter((error) => !found.some((one) => isDeepStrictEqual(one, error)))
  if (missing.length > 0) throw new Error(JSON.stringify(missing))
}

const holders = (keys: SignerConfig['adminKeys']): readonly string[] =>
  [...keys.values()].map(({ holder }) => holder.name)

it('without an error everything is in service', ({ expect }) => {
  const config = load({})
  expect(config.errors).toEqual([])
  expect(config.brokenIssuers).toEqual(new Set())
  expect(config.issuers.get('default')?.brokenProfiles).toEqual(new Set())
  expect(holders(config.adminKeys)).toEqual(['alice'])
})

describe('an issuer', () => {
  it.for<[string, unknown]>([
    ['whose chain cannot be read', anIssuer({}, aCa({ chain: 'PEM' }))],
    ['whose chain has an error', anIssuer({}, aCa({ chain: issuing.pem }))],
    ['without its key', anIssuer({}, aCa({ keySecret: 'MISSING' }))],
    ['with the key of another', anIssuer({}, aCa({ keySecret: 'OTHER_KEY' }))],
    ['none of whose CAs is active', anIssuer({}, aCa({ state: 'next' }))],
    ['whose next CA has an error', anIssuer({}, aCa(), aCa({ state: 'next', chain: 'PEM' }))],
    ['of another shape', { keys: [] }],
  ])('%s is out of service alone', ([, entry], { expect }) => {
    const config = load({ issuers: { broken: entry } })
    expect([...config.issuers.keys()]).toEqual(['default'])
    expect(config.brokenIssuers).toEqual(new Set(['broken']))
    expect(config.errors).not.toEqual([])
    for (const { path } of config.errors) expect(path).toMatch(/^\/issuers\/broken(\/|$)/)
  })
})

describe('a profile', () => {
  it('of another shape is out of service under every issuer', ({ expect }) => {
    const config = load({
      issuers: { default: anIssuer({ profiles: ['default', 'odd'] }) },
      profiles: { odd: { wildcards: 'yes' } },
    })
    expect(config.issuers.get('default')?.brokenProfiles).toEqual(new Set(['odd']))
  })

  it('that does not fit a CA is out of service under its issuer', ({ expect }) => {
    const config = load({
      issuers: {
        default: anIssuer({ profiles: ['default', 'ca'] }),
        last: anIssuer({ profiles: ['default', 'ca'] }, aCa({ chain: lastInPath.chainPem })),
      },
      profiles: { ca: { isCA: true } },
    })
    expect(config.issuers.get('default')?.brokenProfiles).toEqual(new Set())
    expect(config.issuers.get('last')?.brokenProfiles).toEqual(new Set(['ca']))
  })

  it('that there is not is out of service', ({ expect }) => {
    const config = load({ issuers: { default: anIssuer({ profiles: ['default', 'gone'] }) } })
    expect(config.issuers.get('default')?.brokenProfiles).toEqual(new Set(['gone']))
  })
})

const otherKey = [{ publicKey: publicKey() }]

describe('an admin', () => {
  it.for<[string, unknown]>([
    ['of another shape', 1],
    ['of another role', { role: 'root', keys: otherKey }],
    ['with a key that is none', { role: 'read', keys: [...otherKey, { publicKey: 'PEM' }] }],
  ])('%s is unknown, and no other one', ([, entry], { expect }) => {
    const config = load({ admins: { broken: entry } })
    expect(holders(config.adminKeys)).toEqual(['alice'])
    expect(config.errors).not.toEqual([])
  })

  it("whose key another one has too: the key is no one's", ({ expect }) => {
    const config = load({
      admins: {
        twin: { role: 'read', keys: [{ publicKey: adminKey }] },
        carol: { role: 'admin', keys: otherKey },
      },
    })
    expect(holders(config.adminKeys)).toEqual(['carol'])
  })
})

describe('nothing is in service', () => {
  it.for<[string, Readonly<Record<string, unknown>>]>([
    ['without a usable URL', { publicUrl: 'http://ca.example.com' }],
    ['without issuers', { issuers: {} }],
    ['with an unknown member', { extra: 1 }],
    ['with clients', { clients: {} }],
  ])('%s', ([, changes], { expect }) => {
    expect(loadConfig(JSON.stringify(aConfig(changes)), readSecret).ok).toBe(false)
  })
})
