import { ADMIN_EXPORT_PATH, exportPageSchema, readSignatureBase } from '@edge-issuer/shared'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { it } from 'vitest'
import { dropIssuance } from '../../../signer-worker/src/ledger/tokens.ts'
import { send } from '../support/app.ts'
import { adminKeyOf } from '../support/fixture.ts'
import { aSignRequest } from '../support/sign-request.ts'
import { get, post } from '../support/signed.ts'
import { aTokenClient, credentialOf } from '../support/token.ts'

it('a token goes with the last row that has it', async ({ expect }) => {
  const signer = await aTokenClient()
  const { client, key } = signer
  const [first, second] = [credentialOf(signer), credentialOf(signer, { payload: { x: 1 } })]
  for (const credential of [first, first, second]) {
    await send(post(aSignRequest(), { key, credential }))
  }
  const ledger = env.LEDGER.getByName(`v1:default:${client}:0`)
  await runInDurableObject(ledger, (_object, { storage: { sql } }) => {
    const tokens = (): unknown => sql.exec('SELECT token FROM token ORDER BY id').toArray()
    dropIssuance(sql, 1)
    expect(tokens()).toEqual([{ token: first.token }, { token: second.token }])
    dropIssuance(sql, 2)
    expect(tokens()).toEqual([{ token: second.token }])
  })
})

it('a token is kept once, and each record of an export has it whole', async ({ expect }) => {
  const signer = await aTokenClient()
  const { client, key } = signer
  const first = credentialOf(signer)
  // `$` has a meaning in replacements, and none in a token.
  const second = credentialOf(signer, { payload: { x: '$&' } })
  const requests = [first, first, second].map((credential) =>
    post(aSignRequest(), { key, credential }),
  )
  for (const request of requests) expect((await send(request.clone())).status).toBe(201)

  const ledger = env.LEDGER.getByName(`v1:default:${client}:0`)
  await runInDurableObject(ledger, (_object, { storage: { sql } }) => {
    expect(sql.exec('SELECT token FROM token ORDER BY id').toArray()).toEqual([
      { token: first.token },
      { token: second.token },
    ])
    for (const { base } of sql
      .exec<{ base: string }>('SELECT signature_base AS base FROM issuance')
      .toArray()) {
      expect(base).not.toContain(first.token.slice(0, 20))
    }
  })

  const path = `${ADMIN_EXPORT_PATH}?client=${client}`
  const { body } = await send(get({ key: adminKeyOf('admin'), path }))
  const { records } = exportPageSchema.parse(body)
  expect(records.map(({ evidence }) => evidence.token)).toEqual([
    first.token,
    first.token,
    second.token,
  ])
  for (const [index, { evidence }] of records.entries()) {
    expect(readSignatureBase(evidence.signatureBase)?.message.credential).toEqual(
      [first, first, second][index],
    )
    expect(evidence.signature).toBe(
      /:(.*):/u.exec(requests[index]?.headers.get('signature') ?? '')?.[1],
    )
  }
})
