import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { anApp, codeOf, send } from '../../support/app.ts'
import {
  aClientKey,
  aDirectory,
  anAuthor,
  aPut,
  aRegisteredClient,
} from '../../support/directory.ts'
import { signingKey } from '../../support/fixture.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { get, post } from '../../support/signed.ts'

const fail = async (): Promise<never> => Promise.reject(new Error('overloaded'))

describe('a client of the directory', () => {
  it('gets certificates, and what is open to it', async ({ expect }) => {
    const { name, key } = await aRegisteredClient()
    const issued = await send(post(aSignRequest(), { key }))
    expect(issued.status).toBe(201)
    expect(issued.log.at(-1)).toMatchObject({ client: name, keyId: key.keyId })
    expect(await send(get({ key }))).toMatchObject({ body: { profiles: ['default'] } })
    expect(codeOf(await send(get({ key, issuer: 'expired' })))).toBe('issuer_unknown')
  })

  it('is refused by its rules', async ({ expect }) => {
    const { key } = await aRegisteredClient(undefined, { unrestricted: undefined, allowed: {} })
    expect(codeOf(await send(post(aSignRequest(), { key })))).toBe('usage_not_allowed')
  })

  it('that is disabled is refused after the cache time, like a stranger', async ({ expect }) => {
    const { name, key } = await aRegisteredClient()
    let nowMs = Date.now()
    const app = anApp({ nowMs: () => nowMs })
    const ask = async () => app(get({ key, nowMs }))
    expect((await ask()).status).toBe(200)
    const { entry } = (await aDirectory().findClient(name)) ?? { entry: '' }
    await aDirectory().putClient(
      aPut(name, { version: 1, entry, disabled: true, keys: [aClientKey(key.keyId)] }),
    )
    nowMs += 9000
    expect((await ask()).status).toBe(200)
    nowMs += 1000
    const refused = await ask()
    expect(refused).toMatchObject({ status: 401, body: { code: 'credentials_rejected' } })
    expect(refused.log.at(-1)).toMatchObject({ reason: 'client_disabled', client: name })

    const stranger = await app(get({ key: signingKey(makeKey('Ed25519').privateKey), nowMs }))
    expect(stranger.body).toEqual(refused.body)
    expect(stranger.log.at(-1)).toMatchObject({ reason: 'key_unknown' })
  })

  it('that is deleted is a stranger after the cache time', async ({ expect }) => {
    const { name, key } = await aRegisteredClient()
    let nowMs = Date.now()
    const app = anApp({ nowMs: () => nowMs })
    expect((await app(get({ key, nowMs }))).status).toBe(200)
    await aDirectory().deleteClient({ name, version: 1, isDryRun: false, author: anAuthor() })
    nowMs += 10_000
    const refused = await app(get({ key, nowMs }))
    expect(codeOf(refused)).toBe('credentials_rejected')
    expect(refused.log.at(-1)).toMatchObject({ reason: 'key_unknown' })
  })

  it('is temporarily refused when the directory does not respond', async ({ expect }) => {
    const { key } = await aRegisteredClient()
    const refused = await send(get({ key }), {
      openClientSource: () => ({ findClient: fail, findClientByKey: fail, listIds: fail }),
    })
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'directory_unavailable', class: 'temporary' },
    })
    expect(refused.log.at(-1)).toMatchObject({ reason: 'Error: overloaded' })
  })
})

it('a profile that the configuration lost is unknown to the clients that have it', async ({
  expect,
}) => {
  const { key } = await aRegisteredClient(undefined, { profiles: ['lost', 'default'] })
  const lost = await send(post(aSignRequest({ profile: 'lost' }), { key }))
  expect(lost).toMatchObject({ status: 404, body: { code: 'profile_unknown', class: 'issuer' } })
  expect((await send(post(aSignRequest({ profile: 'default' }), { key }))).status).toBe(201)
})

it('an issuer that the configuration lost is unknown, too', async ({ expect }) => {
  const { key } = await aRegisteredClient(undefined, { issuers: ['lost', 'default'] })
  expect(codeOf(await send(get({ key, issuer: 'lost' })))).toBe('issuer_unknown')
  expect((await send(get({ key }))).status).toBe(200)
})

it('a region is only where ledgers are made', async ({ expect }) => {
  const { key } = await aRegisteredClient(undefined, { region: 'weur' })
  expect((await send(post(aSignRequest(), { key }))).status).toBe(201)
})
