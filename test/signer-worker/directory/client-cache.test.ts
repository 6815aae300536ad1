import { env } from 'cloudflare:workers'
import { describe, it } from 'vitest'
import { readPublicKey } from '../../../signer-worker/src/config/exports.ts'
import { loadSettings } from '../../../signer-worker/src/config/settings.ts'
import {
  ClientCache,
  type ClientLookup,
  type LookupContext,
  MAX_FIRST_LOOKUPS,
  MAX_UNKNOWN_PER_SECOND,
} from '../../../signer-worker/src/directory/client-cache.ts'
import type { StoredClient } from '../../../signer-worker/src/directory/messages.ts'
import { publicKey } from '../support/config.ts'

const context = (): LookupContext => {
  const settings = loadSettings(env)
  if (!settings.ok) throw new Error('the fixture is valid')
  return { env, config: settings.value }
}

const pem = publicKey()
const read = readPublicKey(pem)
const KEY_ID = read.ok ? read.value.keyId : ''

const aStored = (changes: Partial<StoredClient> = {}): StoredClient => ({
  name: 'a',
  version: 1,
  disabled: false,
  quarantined: false,
  createdAtMs: 0,
  updatedAtMs: 0,
  entry: JSON.stringify({
    keys: [{ publicKey: pem }],
    issuers: ['default'],
    profiles: ['default'],
    unrestricted: true,
  }),
  ...changes,
})

/** A directory that a test writes, a clock that it sets, and what was asked. */
function aCache(
  answer: (id: string) => Promise<StoredClient | undefined> | undefined = () => undefined,
) {
  const asked: string[] = []
  const clock = { nowMs: 1_000_000 }
  const state: { stored: StoredClient | undefined; listError?: Error } = { stored: aStored() }
  const find = async (id: string, isIt: boolean): Promise<StoredClient | undefined> => {
    asked.push(id)
    const own = answer(id)
    if (own !== undefined) return own
    return isIt ? state.stored : undefined
  }
  const cache = new ClientCache(
    () => ({
      findClient: async (name) => find(name, name === 'a'),
      findClientByKey: async (keyId) => find(keyId, keyId === KEY_ID),
      listIds: async () => {
        asked.push('list')
        if (state.listError !== undefined) throw state.listError
        return Promise.resolve({ keyIdPrefixes: [KEY_ID.slice(0, 8)], names: ['a'] })
      },
    }),
    () => clock.nowMs,
  )
  return { cache, asked, clock, state }
}

const summaryOf = (found: ClientLookup): string =>
  found.kind === 'known'
    ? `${found.kind} ${String(found.known.block)}`
    : `${found.kind} ${found.reason}`

describe('a client that is known', () => {
  it('is not asked for again in ten seconds, and then is', async ({ expect }) => {
    const { cache, asked, clock, state } = aCache()
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known undefined')
    state.stored = aStored({ disabled: true })
    clock.nowMs += 9999
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known undefined')
    expect(asked).toHaveLength(1)
    clock.nowMs += 1
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known client_disabled')
    expect(asked).toHaveLength(2)
  })

  it('is the same by name and by key', async ({ expect }) => {
    const { cache, asked } = aCache()
    await cache.byName('a', context())
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known undefined')
    await cache.byName('a', context())
    expect(asked).toEqual(['a'])
  })

  it('is compiled again for another configuration', async ({ expect }) => {
    const { cache, asked } = aCache()
    await cache.byKey(KEY_ID, context())
    const { config } = context()
    await cache.byKey(KEY_ID, { env, config: { ...config } })
    expect(asked).toHaveLength(2)
  })

  it('has no key that an admin has', async ({ expect }) => {
    const { cache, asked } = aCache()
    const { config } = context()
    const [adminKey] = config.adminKeys.values()
    if (adminKey === undefined || !read.ok) throw new Error('there is an admin')
    const adminKeys = new Map([[KEY_ID, { ...adminKey, ...read.value }]])
    const changed = { env, config: { ...config, adminKeys } }
    expect(summaryOf(await cache.byKey(KEY_ID, changed))).toBe('unknown client_unknown')
    await cache.byKey(KEY_ID, changed)
    expect(asked).toHaveLength(1)
  })

  it.for([
    [{ disabled: true }, 'known client_disabled'],
    [{ quarantined: true }, 'known client_in_quarantine'],
    [{ disabled: true, quarantined: true }, 'known client_in_quarantine'],
    [{ entry: '{"keys":[],"color":"red"}' }, 'unknown client_entry_invalid'],
  ] as const)('is blocked: %j', async ([changes, summary], { expect }) => {
    const { cache, state } = aCache()
    state.stored = aStored(changes)
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe(summary)
  })
})

it('a client that cannot be used is not asked for again in a second', async ({ expect }) => {
  const { cache, asked, state } = aCache()
  state.stored = aStored({ entry: '{}' })
  for (const id of [KEY_ID, KEY_ID]) {
    expect(summaryOf(await cache.byKey(id, context()))).toBe('unknown client_entry_invalid')
  }
  expect(asked).toEqual([KEY_ID])
})

describe('a directory that is down', () => {
  it('a known client goes on within the cache time; others are unavailable', async ({ expect }) => {
    let isDown = false
    const { cache, clock } = aCache(() =>
      isDown ? Promise.reject(new Error('overloaded')) : undefined,
    )
    await cache.byKey(KEY_ID, context())
    isDown = true
    clock.nowMs += 9999
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known undefined')
    expect(summaryOf(await cache.byKey('other', context()))).toBe('unavailable Error: overloaded')
    clock.nowMs += 1
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('unavailable Error: overloaded')
    isDown = false
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known undefined')
  })
})

describe('a key that no client has', () => {
  it('is not asked for again in a second', async ({ expect }) => {
    const { cache, asked, clock } = aCache()
    for (const step of [0, 999, 0]) {
      clock.nowMs += step
      expect(summaryOf(await cache.byKey('x', context()))).toBe('unknown client_unknown')
    }
    expect(asked).toHaveLength(1)
    clock.nowMs += 1
    await cache.byKey('x', context())
    expect(asked).toHaveLength(2)
  })

  it('wakes the directory a bounded number of times in a second', async ({ expect }) => {
    const { cache, asked, clock } = aCache()
    const ids = Array.from(
      { length: MAX_UNKNOWN_PER_SECOND + 50 },
      (_, index) => `x${String(index)}`,
    )
    const summaries: string[] = []
    for (const id of ids) summaries.push(summaryOf(await cache.byKey(id, context())))
    expect(asked).toHaveLength(MAX_UNKNOWN_PER_SECOND + 1)
    expect(asked.at(-1)).toBe('list')
    expect(new Set(summaries.slice(MAX_UNKNOWN_PER_SECOND))).toEqual(
      new Set(['unknown lookup_limit']),
    )
    clock.nowMs += 1000
    await cache.byKey('later', context())
    expect(asked.at(-1)).toBe('later')
  })

  it('does not keep a client from being asked for that this isolate has never seen', async ({
    expect,
  }) => {
    const { cache, asked, clock } = aCache()
    const flood = async (from: number): Promise<void> => {
      for (let index = 0; index <= MAX_UNKNOWN_PER_SECOND; index += 1) {
        await cache.byKey(`x${String(from + index)}`, context())
      }
    }
    await flood(0)
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known undefined')
    clock.nowMs += 9999
    await flood(1000)
    expect(asked.filter((id) => id === 'list')).toHaveLength(1)
    clock.nowMs += 1000
    await flood(2000)
    expect(asked.filter((id) => id === 'list')).toHaveLength(2)
  })

  it('is refused without a list, too', async ({ expect }) => {
    const { cache, state } = aCache()
    state.listError = new Error('overloaded')
    for (let index = 0; index <= MAX_UNKNOWN_PER_SECOND; index += 1) {
      await cache.byKey(`x${String(index)}`, context())
    }
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('unknown lookup_limit')
    expect(summaryOf(await cache.byName('b', context()))).toBe('unknown lookup_limit')
  })

  it('does not keep a client that was known before from being asked for', async ({ expect }) => {
    const { cache, clock } = aCache()
    await cache.byKey(KEY_ID, context())
    clock.nowMs += 20_000
    for (let index = 0; index <= MAX_UNKNOWN_PER_SECOND; index += 1) {
      await cache.byKey(`x${String(index)}`, context())
    }
    expect(summaryOf(await cache.byKey(KEY_ID, context()))).toBe('known undefined')
  })
})

describe('look-ups at the same time', () => {
  it('of one key ask once', async ({ expect }) => {
    const { cache, asked } = aCache()
    const found = await Promise.all(
      Array.from({ length: 20 }, async () => cache.byKey(KEY_ID, context())),
    )
    expect(new Set(found.map(summaryOf))).toEqual(new Set(['known undefined']))
    expect(asked).toEqual([KEY_ID])
  })

  it('of keys that are new are bounded, and the rest is temporary', async ({ expect }) => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const { cache, asked } = aCache(() => promise)
    const lookups = Array.from({ length: MAX_FIRST_LOOKUPS + 10 }, async (_, index) =>
      cache.byKey(`x${String(index)}`, context()),
    )
    resolve(undefined)
    const summaries = (await Promise.all(lookups)).map(summaryOf)
    expect(asked).toHaveLength(MAX_FIRST_LOOKUPS)
    expect(summaries.slice(MAX_FIRST_LOOKUPS)).toEqual(
      Array(10).fill(`unavailable ${String(MAX_FIRST_LOOKUPS)} first look-ups are under way`),
    )
  })
})
