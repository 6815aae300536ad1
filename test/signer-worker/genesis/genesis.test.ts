import { issuerPath } from '@edge-issuer/shared'
import { env } from 'cloudflare:workers'
import { describe, it } from 'vitest'
import { checkGenesis } from '../../../signer-worker/src/genesis/check-genesis.ts'
import { Genesis, GENESIS_NAME } from '../../../signer-worker/src/genesis/genesis.ts'
import { anApp, codeOf } from '../support/app.ts'
import { fixture } from '../support/fixture.ts'
import { get } from '../support/signed.ts'

/** The worker's configuration with a jurisdiction. */
const withJurisdiction = (jurisdiction: string): string =>
  JSON.stringify({ ...JSON.parse(fixture.SIGNER_CONFIG), jurisdiction })

/** Bindings whose genesis record is another object, which has none yet. */
function newGenesis(name: string, supported = true): Env {
  const here = { getByName: () => env.GENESIS.getByName(name) }
  const ledger = supported ? { jurisdiction: () => env.LEDGER } : env.LEDGER
  return Object.assign(Object.create(null), env, { GENESIS: here, LEDGER: ledger })
}

it('has one object', ({ expect }) => {
  expect([GENESIS_NAME, Genesis.name]).toEqual(['v1:genesis', 'Genesis'])
})

describe('a worker that was started without a jurisdiction', () => {
  it('serves nothing with one, and its log says why', async ({ expect }) => {
    const path = issuerPath('default')
    const before = await anApp()(get({ path }))
    expect(before.status).toBe(200)
    const exchange = await anApp({ bindings: { SIGNER_CONFIG: withJurisdiction('eu') } })(
      get({ path }),
    )
    expect([exchange.status, codeOf(exchange)]).toEqual([503, 'worker_misconfigured'])
    expect(exchange.log).toEqual([
      expect.objectContaining({
        reason: expect.stringMatching(
          /^\/jurisdiction: is "eu"; this worker was first started with not set, .* restore the configuration/,
        ),
      }),
    ])
    expect((await anApp()(get({ path }))).status).toBe(200)
  })
})

describe('the genesis record', () => {
  it.for([
    ['eu', 'eu', true],
    ['eu', 'us', false],
    ['eu', undefined, false],
    [undefined, undefined, true],
    [undefined, 'fedramp', false],
  ] as const)('first %s, then %s', async ([first, second, isSame], { expect }) => {
    const bindings = newGenesis(`first ${first ?? ''} ${second ?? ''}`)
    expect(await checkGenesis(bindings, { jurisdiction: first })).toEqual({
      ok: true,
      value: undefined,
    })
    expect((await checkGenesis(bindings, { jurisdiction: second })).ok).toBe(isSame)
    expect((await checkGenesis(bindings, { jurisdiction: first })).ok).toBe(true)
  })

  it('is not made for a jurisdiction that the runtime does not have', async ({ expect }) => {
    const bindings = newGenesis('unsupported', false)
    expect(await checkGenesis(bindings, { jurisdiction: 'eu' })).toMatchObject({
      error: {
        refusal: { code: 'worker_misconfigured' },
        reason: expect.stringContaining('workerd'),
      },
    })
    expect((await checkGenesis(bindings, { jurisdiction: undefined })).ok).toBe(true)
  })

  it('that cannot be read is a temporary refusal', async ({ expect }) => {
    const broken = {
      ...env,
      GENESIS: {
        getByName: () => ({ recorded: async () => Promise.reject(new Error('overloaded')) }),
      },
    }
    expect(
      await checkGenesis(Object.assign(newGenesis('broken'), broken), { jurisdiction: undefined }),
    ).toMatchObject({
      error: { refusal: { code: 'ledger_unavailable' }, reason: 'Error: overloaded' },
    })
  })
})
