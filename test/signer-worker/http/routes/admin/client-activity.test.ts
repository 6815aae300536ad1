import { ADMIN_CLIENTS_PATH, type ClientRecord, clientsPageSchema } from '@edge-issuer/shared'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { it } from 'vitest'
import { indexOf } from '../../../../../signer-worker/src/index/client.ts'
import { show } from '../../../support/admin-clients.ts'
import { codeOf, send } from '../../../support/app.ts'
import { aRegisteredClient } from '../../../support/directory.ts'
import { adminKeyOf } from '../../../support/fixture.ts'
import { indexLedgers } from '../../../support/index.ts'
import { aSignRequest } from '../../../support/sign-request.ts'
import { get, post } from '../../../support/signed.ts'

/** The name of another client comes right before it. */
async function listOne(name: string, query: string): Promise<ClientRecord | undefined> {
  const { body } = await show(`${ADMIN_CLIENTS_PATH}?cursor=${name.slice(0, -1)}&limit=1${query}`)
  return clientsPageSchema.parse(body).clients[0]
}

const HOUR_MS = 3_600_000

it('clients are listed with what they did, under all issuers', async ({ expect }) => {
  const { name, key } = await aRegisteredClient('active-client', {
    issuers: ['default', 'rotating'],
    unrestricted: true,
    profiles: ['default'],
  })
  const before = await listOne(name, '&activity=true')
  expect(before).toMatchObject({
    name,
    activity: {
      lastSeenAt: null,
      issuedInDay: 0,
      issuedInWeek: 0,
      refused: {},
      soonestExpiry: null,
    },
  })
  const startMs = Math.floor(Date.now() / 1000) * 1000
  for (const [issuer, durationSeconds] of [
    ['default', 7200],
    ['default', 3600],
    ['rotating', 10_800],
  ] as const) {
    const request = aSignRequest({ durationSeconds })
    const origin = { ...request.origin, name: `one-of-${String(durationSeconds)}-1` }
    const { status } = await send(post({ ...request, origin }, { key, issuer }))
    expect(status).toBe(201)
  }
  for (let count = 0; count < 2; count += 1) {
    await send(post(aSignRequest({ usages: ['teleportation'] }), { key }))
  }
  await indexLedgers({ client: name })
  const { activity } = (await listOne(name, '&activity=true')) ?? {}
  expect(activity).toMatchObject({ issuedInDay: 3, issuedInWeek: 3, refused: { usage_unknown: 2 } })
  const seenMs = Date.parse(activity?.lastSeenAt ?? '')
  expect(seenMs).toBeGreaterThanOrEqual(startMs)
  const expiryMs = Date.parse(activity?.soonestExpiry ?? '')
  expect(expiryMs).toBeGreaterThan(startMs)
  expect(expiryMs).toBeLessThanOrEqual(Date.now() + HOUR_MS)
  expect((await listOne(name, ''))?.activity).toBeUndefined()

  // Those of the default issuer become two days old, and the one that ends first is renewed.
  await runInDurableObject(indexOf(env, 'default'), (_index, { storage }) => {
    storage.sql.exec('UPDATE client_hour SET hour = hour - 48 WHERE client = ?', name)
    storage.sql.exec(
      `UPDATE certificate SET current = 0 WHERE client = ? AND not_after_seconds = (
        SELECT min(not_after_seconds) FROM certificate WHERE client = ?)`,
      name,
      name,
    )
  })
  const later = (await listOne(name, '&activity=true'))?.activity
  expect(later).toMatchObject({ issuedInDay: 1, issuedInWeek: 3 })
  expect(Date.parse(later?.soonestExpiry ?? '')).toBeGreaterThan(expiryMs)
})

it('what clients did is not known while an index does not respond', async ({ expect }) => {
  await aRegisteredClient()
  const path = `${ADMIN_CLIENTS_PATH}?activity=true`
  const INDEX = { getByName: () => ({ activity: async () => Promise.reject(new Error('gone')) }) }
  const exchange = await send(get({ key: adminKeyOf('read'), path }), { bindings: { INDEX } })
  expect([exchange.status, codeOf(exchange)]).toEqual([503, 'ledger_unavailable'])
})
