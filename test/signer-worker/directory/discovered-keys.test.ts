import { runInDurableObject } from 'cloudflare:test'
import { it } from 'vitest'
import { DiscoveredKeys } from '../../../signer-worker/src/directory/discovered-keys.ts'
import { makeClusterKey } from '../../support/cluster-token.ts'
import { aDirectory } from '../support/directory.ts'

const ISSUER = 'https://container.googleapis.com/v1/c'
const URL_OF_CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`
const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const a = makeClusterKey('ES256', 'a').jwk
const b = makeClusterKey('ES256', 'b').jwk

interface Issuer {
  keys: readonly unknown[]
  isDown: boolean
  fetched: number
  readonly warnings: string[]
}

/** Runs in an object of its own, with an issuer that a test changes. */
async function withIssuer(
  run: (
    find: (kid: string, nowMs: number) => Promise<readonly string[] | undefined>,
    issuer: Issuer,
  ) => Promise<void>,
): Promise<void> {
  await runInDurableObject(aDirectory(crypto.randomUUID()), async (_object, { storage }) => {
    const issuer: Issuer = { keys: [a], isDown: false, fetched: 0, warnings: [] }
    const discovered = new DiscoveredKeys(storage.sql, {
      fetch: async (url) => {
        issuer.fetched += 1
        if (issuer.isDown) throw new Error('down')
        const isSet = url !== URL_OF_CONFIGURATION
        const document = isSet
          ? { keys: issuer.keys }
          : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }
        return Promise.resolve(new Response(JSON.stringify(document)))
      },
      moreHosts: () => [],
      warn: (message) => issuer.warnings.push(message),
    })
    const target = { url: URL_OF_CONFIGURATION, issuer: ISSUER }
    await run(async (kid, nowMs) => {
      const jwks = await discovered.find({ ...target, kid }, nowMs)
      return jwks?.keys.map((key) => key.kid)
    }, issuer)
  })
}

it('a set is read once for all who wait, then kept for an hour', async ({ expect }) => {
  await withIssuer(async (find, issuer) => {
    const found = await Promise.all([find('a', 0), find('a', 0), find('a', 0)])
    expect(found).toEqual([['a'], ['a'], ['a']])
    expect(await find('a', HOUR_MS - 1)).toEqual(['a'])
    expect(issuer.fetched).toBe(2)
  })
})

it('an unknown key has the set read again, at most every ten seconds', async ({ expect }) => {
  await withIssuer(async (find, issuer) => {
    await find('a', 0)
    issuer.keys = [a, b]
    expect(await find('b', 10 * SECOND_MS - 1)).toEqual(['a'])
    expect(issuer.fetched).toBe(2)
    expect(await find('b', 10 * SECOND_MS)).toEqual(['a', 'b'])
    expect(issuer.fetched).toBe(4)
  })
})

it('a set is kept while its issuer fails, and says so in the log', async ({ expect }) => {
  await withIssuer(async (find, issuer) => {
    await find('a', 0)
    issuer.isDown = true
    expect(await find('b', HOUR_MS)).toEqual(['a'])
    expect(await find('a', 2 * HOUR_MS)).toEqual(['a'])
    expect(issuer.warnings[0]).toContain('failed: down')
  })
})

it('an old set that has the key is not waited for', async ({ expect }) => {
  await withIssuer(async (find, issuer) => {
    await find('a', 0)
    issuer.keys = [b]
    expect(await find('a', HOUR_MS)).toEqual(['a'])
    await scheduler.wait(0)
    expect(await find('b', HOUR_MS)).toEqual(['b'])
    expect(issuer.fetched).toBe(4)
  })
})

it('there is none before it was read', async ({ expect }) => {
  await withIssuer(async (find, issuer) => {
    issuer.isDown = true
    expect(await find('a', 0)).toBeUndefined()
    issuer.isDown = false
    expect(await find('a', SECOND_MS)).toBeUndefined()
    expect(await find('a', 10 * SECOND_MS)).toEqual(['a'])
  })
})

it('a set that is not valid replaces none', async ({ expect }) => {
  await withIssuer(async (find, issuer) => {
    await find('a', 0)
    issuer.keys = []
    expect(await find('b', HOUR_MS)).toEqual(['a'])
  })
})
