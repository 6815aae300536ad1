import { adminClientPath, adminClientQuarantinePath, auditPageSchema } from '@edge-issuer/shared'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, it } from 'vitest'
import type { Ledger } from '../../../../../signer-worker/src/ledger/ledger.ts'
import { aName, detailOf, newKey, put, remove, show } from '../../../support/admin-clients.ts'
import { anApp, codeOf, type Exchange, send } from '../../../support/app.ts'
import { anEntry } from '../../../support/directory.ts'
import { adminKeyOf, type SigningKey } from '../../../support/fixture.ts'
import { countIssuances, queryLedger } from '../../../support/ledger.ts'
import { aSignRequest } from '../../../support/sign-request.ts'
import { post } from '../../../support/signed.ts'

const quarantine = async (
  name: string,
  body: unknown = { quarantined: true, reason: 'stolen' },
  query = '',
): Promise<Exchange> =>
  send(
    post(typeof body === 'string' ? body : JSON.stringify(body), {
      key: adminKeyOf('admin'),
      path: adminClientQuarantinePath(name) + query,
    }),
  )

/** A new client that has asked this application before, so that its entry is in the cache. */
const aKnownClient = async (
  changes: Readonly<Record<string, unknown>> = {},
): Promise<{ name: string; key: SigningKey; ask: (request: Request) => Promise<Exchange> }> => {
  const name = aName()
  const key = newKey()
  await put(name, { entry: anEntry([key], changes) })
  const ask = anApp()
  await ask(post(aSignRequest(), { key }))
  return { name, key, ask }
}

const ledgerOf = (client: string, shard = 0): DurableObjectStub<Ledger> =>
  env.LEDGER.getByName(`v1:default:${client}:${String(shard)}`)

describe('a client in quarantine', () => {
  it('is refused from the next request on, new orders and replays alike', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient()
    const request = aSignRequest()
    expect((await ask(post(request, { key }))).status).toBe(201)
    expect(await quarantine(name)).toMatchObject({
      status: 200,
      body: { quarantined: true, version: 2 },
    })

    const replay = await ask(post(request, { key }))
    expect(replay).toMatchObject({
      status: 403,
      body: { code: 'client_quarantined', class: 'issuer' },
    })
    const fresh = aSignRequest()
    expect(codeOf(await ask(post(fresh, { key })))).toBe('client_quarantined')
    expect(await countIssuances(name, fresh.origin.uid)).toBe(0)
    expect(await queryLedger(name, 'SELECT code FROM refusal')).toEqual([
      { code: 'client_quarantined' },
      { code: 'client_quarantined' },
    ])
    // Where its entry is not in the cache, its key is a stranger's.
    const elsewhere = await send(post(request, { key }))
    expect(codeOf(elsewhere)).toBe('credentials_rejected')
    expect(elsewhere.log.at(-1)).toMatchObject({ reason: 'client_in_quarantine' })
  })

  it('gets the same certificate again once it is released', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient()
    const request = aSignRequest()
    const issued = await ask(post(request, { key }))
    await quarantine(name)
    expect(codeOf(await ask(post(request, { key })))).toBe('client_quarantined')
    await quarantine(name, { quarantined: false })
    const again = await ask(post(request, { key }))
    expect(again).toMatchObject({ status: 200, body: { replayed: true } })
    expect(again.body).toMatchObject({ chain: Reflect.get(Object(issued.body), 'chain') })
    const { entries } = auditPageSchema.parse(
      (await show(`/v1/admin/audit?client=${name}`, 'admin')).body,
    )
    expect(entries.map(({ action, reason }) => [action, reason])).toEqual([
      ['create', null],
      ['quarantine', 'stolen'],
      ['release', null],
    ])
  })

  it('a request under way is either recorded and answered, or refused', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient()
    const requests = Array.from({ length: 40 }, () => aSignRequest())
    const before = requests.slice(0, 20).map(async (request) => ask(post(request, { key })))
    const done = quarantine(name)
    const after = requests.slice(20).map(async (request) => ask(post(request, { key })))
    const answers = await Promise.all([...before, ...after])
    expect((await done).status).toBe(200)
    for (const [index, answer] of answers.entries()) {
      const recorded = await countIssuances(name, requests[index]?.origin.uid ?? '')
      expect([answer.status, recorded]).toEqual(answer.status === 201 ? [201, 1] : [403, 0])
    }
    const late = aSignRequest()
    expect(codeOf(await ask(post(late, { key })))).toBe('client_quarantined')
  })

  it('is so in each of its shards, also in one that is new', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient({ shards: [4] })
    await quarantine(name)
    const answers = await Promise.all(
      Array.from({ length: 24 }, async () => ask(post(aSignRequest(), { key }))),
    )
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['client_quarantined']))
  })

  it('is so for what an earlier number of shards has issued', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient()
    const requests = Array.from({ length: 8 }, () => aSignRequest())
    for (const request of requests) await ask(post(request, { key }))
    await put(name, { entry: anEntry([key], { shards: [1, 4] }) }, { version: 1 })
    const later = anApp()
    const [first = aSignRequest()] = requests
    expect((await later(post(first, { key }))).status).toBe(200)
    await quarantine(name)
    const answers = await Promise.all(requests.map(async (one) => later(post(one, { key }))))
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['client_quarantined']))
  })

  it('is so when the ledger starts again', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient()
    await quarantine(name)
    await runInDurableObject(ledgerOf(name), async (_ledger, state) => {
      state.abort('restarted')
      return Promise.resolve()
    }).catch(() => undefined)
    expect(codeOf(await ask(post(aSignRequest(), { key })))).toBe('client_quarantined')
  })

  it('is still so after it was deleted and created again', async ({ expect }) => {
    const { name, key } = await aKnownClient()
    await quarantine(name)
    await remove(name, { version: 2 })
    expect(await put(name, { entry: anEntry([key]) })).toMatchObject({
      body: { quarantined: true },
    })
    expect(codeOf(await send(post(aSignRequest(), { key })))).toBe('credentials_rejected')
  })
})

describe('orders to a ledger', () => {
  it('an older one does not undo a newer one', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient()
    const ledger = ledgerOf(name)
    await ledger.setQuarantined({ quarantined: true, version: 5 })
    await ledger.setQuarantined({ quarantined: false, version: 4 })
    expect(codeOf(await ask(post(aSignRequest(), { key })))).toBe('client_quarantined')
    await ledger.setQuarantined({ quarantined: false, version: 6 })
    expect((await ask(post(aSignRequest(), { key }))).status).toBe(201)
  })

  it('a ledger that does not respond is reported, and the request can be sent again', async ({
    expect,
  }) => {
    const { name, key, ask } = await aKnownClient()
    await queryLedger(
      name,
      `CREATE TRIGGER failing BEFORE INSERT ON meta BEGIN SELECT RAISE(FAIL, 'disk is full'); END`,
    )
    const failed = await quarantine(name)
    expect(failed).toMatchObject({
      status: 503,
      body: { code: 'ledger_unavailable', class: 'temporary' },
    })
    expect(detailOf(failed)).toContain('1 of 1 ledgers')
    expect(failed.log.at(-1)).toMatchObject({ reason: expect.stringContaining('default/0') })
    expect(await show(adminClientPath(name))).toMatchObject({ body: { quarantined: true } })
    await queryLedger(name, 'DROP TRIGGER failing')
    expect((await quarantine(name)).status).toBe(200)
    expect(codeOf(await ask(post(aSignRequest(), { key })))).toBe('client_quarantined')
  })
})

describe('the request', () => {
  it('of a dry run changes nothing', async ({ expect }) => {
    const { name, key, ask } = await aKnownClient()
    const dry = await quarantine(name, { quarantined: true }, '?dryRun=true')
    expect(dry).toMatchObject({ status: 200, body: { quarantined: true } })
    expect((await ask(post(aSignRequest(), { key }))).status).toBe(201)
  })

  it.for([
    ['no JSON', 'x', 'request_malformed'],
    ['nothing', {}, 'request_malformed'],
    ['an unknown member', { quarantined: true, revoke: true }, 'request_malformed'],
    [
      'a reason that is too long',
      { quarantined: true, reason: 'x'.repeat(513) },
      'request_malformed',
    ],
    ['no client', { quarantined: true }, 'client_unknown'],
  ] as const)('with %s is refused', async ([, body, code], { expect }) => {
    expect(codeOf(await quarantine(aName(), body))).toBe(code)
  })

  it('of the role read is refused', async ({ expect }) => {
    const path = adminClientQuarantinePath(aName())
    const refused = await send(post('{"quarantined":true}', { key: adminKeyOf('read'), path }))
    expect(codeOf(refused)).toBe('role_missing')
  })
})
