/** Where the keys of tokens come from, and how often the directory is asked for them. */
import { describe, it } from 'vitest'
import { jwksSchema } from '../../../../signer-worker/src/config/exports.ts'
import { openClientSource } from '../../../../signer-worker/src/directory/client.ts'
import type { DiscoveredKeyQuery } from '../../../../signer-worker/src/directory/discovered-keys.ts'
import { MAX_QUESTIONS_PER_SECOND } from '../../../../signer-worker/src/directory/token-key-finder.ts'
import { makeClusterKey } from '../../../support/cluster-token.ts'
import { anApp, type Exchange } from '../../support/app.ts'
import { get } from '../../support/signed.ts'
import {
  aTokenClient,
  CLUSTER_ISSUER,
  credentialOf,
  tokenGet,
  type TokenSigner,
} from '../../support/token.ts'

const DISCOVERY_URL = 'https://container.googleapis.com/v1/c/.well-known/openid-configuration'
const discovered = async (): Promise<TokenSigner> =>
  aTokenClient({ jwks: undefined, discoveryUrl: DISCOVERY_URL })

/** An application whose directory has discovered the signer's key, or what a test makes of it. */
function anAppWith(find: (query: DiscoveredKeyQuery) => Promise<readonly unknown[] | undefined>) {
  const asked: DiscoveredKeyQuery[] = []
  const clock = { nowMs: Date.now() }
  const app = anApp({
    nowMs: () => clock.nowMs,
    openDiscoverySource: () => ({
      findDiscoveredKeys: async (query) => {
        asked.push(query)
        const keys = await find(query)
        return keys === undefined ? undefined : jwksSchema.parse({ keys })
      },
    }),
  })
  const ask = async (signer: TokenSigner, kid?: string): Promise<Exchange> => {
    const { nowMs } = clock
    const changes = kid === undefined ? {} : { header: { kid } }
    const credential = credentialOf({ ...signer, nowMs }, changes)
    return app(get({ key: signer.key, nowMs, credential }))
  }
  return { ask, asked, clock }
}

const overloaded = async (): Promise<never> => Promise.reject(new Error('overloaded'))

describe('keys of a public issuer', () => {
  it('are those that the directory read, which requests at one time share', async ({ expect }) => {
    const signer = await discovered()
    const { ask, asked } = anAppWith(async () => Promise.resolve([signer.cluster.jwk]))
    const answers = await Promise.all([1, 2, 3].map(async () => ask(signer)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(asked).toEqual([{ url: DISCOVERY_URL, issuer: CLUSTER_ISSUER, kid: 'a' }])
  })

  it('are asked for again after ten seconds, and kept while that fails', async ({ expect }) => {
    const signer = await discovered()
    let isDown = false
    const { ask, asked, clock } = anAppWith(async () =>
      isDown ? overloaded() : Promise.resolve([signer.cluster.jwk]),
    )
    await ask(signer)
    isDown = true
    clock.nowMs += 9_000
    expect((await ask(signer)).status).toBe(200)
    expect(asked).toHaveLength(1)
    clock.nowMs += 1_000
    expect((await ask(signer)).status).toBe(200)
    expect(asked).toHaveLength(2)
  })

  it('that could not be read yet are a temporary refusal', async ({ expect }) => {
    const { ask } = anAppWith(async () => Promise.resolve(undefined))
    expect(await ask(await discovered())).toMatchObject({
      status: 503,
      body: { code: 'directory_unavailable' },
    })
  })

  it('with a made-up key id are asked for once a second', async ({ expect }) => {
    const signer = await discovered()
    const { ask, asked, clock } = anAppWith(async () => Promise.resolve([signer.cluster.jwk]))
    for (const kid of ['b', 'c', 'd']) expect((await ask(signer, kid)).status).toBe(401)
    expect(asked).toHaveLength(1)
    clock.nowMs += 1000
    expect((await ask(signer, 'e')).status).toBe(401)
    expect(asked).toHaveLength(2)
  })
})

describe('a made-up key id', () => {
  it('asks the directory for its client once a second', async ({ expect }) => {
    const signer = await aTokenClient()
    let asked = 0
    let nowMs = Date.now()
    const app = anApp({
      nowMs: () => nowMs,
      openClientSource: (env) => ({
        ...openClientSource(env),
        findClient: async (name) => {
          asked += 1
          return openClientSource(env).findClient(name)
        },
      }),
    })
    const ask = async (kid: string): Promise<number> =>
      (await app(tokenGet(signer, { header: { kid } }))).status
    expect(await ask('a')).toBe(200)
    expect(asked).toBe(1)
    for (const kid of ['b', 'c', 'd']) expect(await ask(kid)).toBe(401)
    expect(asked).toBe(2)
    nowMs += 1000
    expect(await ask('e')).toBe(401)
    expect(asked).toBe(3)
  })

  it('is not asked for above a number of clients in a second', async ({ expect }) => {
    const cluster = makeClusterKey('ES256', 'a')
    let asked = 0
    const { ask } = anAppWith(async () => {
      asked += 1
      return Promise.resolve([cluster.jwk])
    })
    const signers = await Promise.all(
      Array.from({ length: MAX_QUESTIONS_PER_SECOND + 1 }, async () => discovered()),
    )
    for (const signer of signers) await ask(signer, 'made-up')
    expect(asked).toBe(MAX_QUESTIONS_PER_SECOND)
  })
})
