/** What clients see of an entry of the configuration that has an error. */
import { describe, it } from 'vitest'
import { anApp, codeOf, send } from '../support/app.ts'
import { configWithProfiles, keyOf } from '../support/fixture.ts'
import { aSignRequest } from '../support/sign-request.ts'
import { get, post } from '../support/signed.ts'

describe('an entry with an error', () => {
  /** Another binding for the key that only the issuer "rotating" has. */
  const brokenIssuer = { CA_KEY_ROTATED: 'not a key' }

  const detailOfIssuer =
    'issuer "rotating" has an error in the worker\'s configuration; the worker\'s operator must run "edge-issuer config check"'

  it('takes down its own issuer, for health and for signing', async ({ expect }) => {
    const sendTo = anApp({ bindings: brokenIssuer })
    const [health, signing] = [
      await sendTo(get({ issuer: 'rotating' })),
      await sendTo(post(aSignRequest(), { issuer: 'rotating' })),
    ]
    for (const { status, body } of [health, signing]) {
      expect(status).toBe(503)
      expect(body).toMatchObject({
        code: 'worker_misconfigured',
        class: 'issuer',
        detail: detailOfIssuer,
      })
    }
    // Logged once, with its place.
    expect([...health.log, ...signing.log].filter(({ event }) => event === 'config_error')).toEqual(
      [
        {
          event: 'config_error',
          path: '/issuers/rotating/authorities/1/keySecret',
          message: expect.stringContaining('CA_KEY_ROTATED'),
        },
      ],
    )
  })

  it('takes down no other issuer', async ({ expect }) => {
    const sendTo = anApp({ bindings: brokenIssuer })
    expect((await sendTo(get())).status).toBe(200)
    expect((await sendTo(post(aSignRequest()))).status).toBe(201)
  })

  it('is not shown to a client that may not use the issuer', async ({ expect }) => {
    const exchange = await send(get({ issuer: 'rotating', key: keyOf('cluster-2') }), {
      bindings: brokenIssuer,
    })
    expect(codeOf(exchange)).toBe('issuer_unknown')
  })

  it('takes down its own profile', async ({ expect }) => {
    const bindings = { SIGNER_CONFIG: configWithProfiles({ strict: { usages: ['none'] } }) }
    const sendTo = anApp({ bindings })
    expect((await sendTo(get())).body).toMatchObject({ profiles: ['default', 'authority'] })
    expect((await sendTo(post(aSignRequest()))).status).toBe(201)
    // The default of this client: it must not get another one in its place.
    const refused = await sendTo(post(aSignRequest(), { key: keyOf('cluster-2') }))
    expect(refused.body).toMatchObject({
      code: 'worker_misconfigured',
      detail:
        'profile "strict" of issuer "default" has an error in the worker\'s configuration; the worker\'s operator must run "edge-issuer config check"',
    })
  })

  it('in every profile that is open takes down the health of the issuer', async ({ expect }) => {
    const bindings = { SIGNER_CONFIG: configWithProfiles({ default: 1, strict: 1, authority: 1 }) }
    expect((await send(get(), { bindings })).body).toMatchObject({
      code: 'worker_misconfigured',
      detail: expect.stringContaining('every profile of issuer "default"'),
    })
  })
})
