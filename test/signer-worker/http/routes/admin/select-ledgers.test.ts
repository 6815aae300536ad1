import {
  ADMIN_CERTIFICATES_PATH,
  ADMIN_EXPORT_PATH,
  ADMIN_REFUSALS_PATH,
  adminCertificatePath,
  certificatesPageSchema,
} from '@edge-issuer/shared'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, it } from 'vitest'
import type * as z from 'zod/mini'
import { openLedger } from '../../../../../signer-worker/src/ledger/client.ts'
import { type Exchange, send } from '../../../support/app.ts'
import { adminKeyOf } from '../../../support/fixture.ts'
import { indexLedgers } from '../../../support/index.ts'
import { anIssueRequest } from '../../../support/issue-request.ts'
import { get } from '../../../support/signed.ts'

const ask = async (path: string): Promise<Exchange> => send(get({ key: adminKeyOf('admin'), path }))

const list = async (
  query: Readonly<Record<string, string>>,
): Promise<z.infer<typeof certificatesPageSchema>> => {
  const search = new URLSearchParams(query).toString()
  return certificatesPageSchema.parse((await ask(`${ADMIN_CERTIFICATES_PATH}?${search}`)).body)
}

describe('a name of a ledger', () => {
  const GONE = { issuer: 'gone', client: { name: 'departed', shards: [1, 2] } }

  it.for([
    ['?client=nobody', /client: there is no client "nobody", and no ledger of one/],
    ['?client=nobody&issuer=default', /client: there is no client "nobody", and no ledger of one/],
    ['?issuer=nothing', /neither the configuration nor a ledger has an issuer "nothing"/],
    [
      '?issuer=nothing&client=listed',
      /no issuer "nothing", and client "listed" has no ledger of it/,
    ],
  ] as const)('that nothing has is malformed: %s', async ([search, detail], { expect }) => {
    for (const path of [
      ADMIN_CERTIFICATES_PATH,
      ADMIN_EXPORT_PATH,
      ADMIN_REFUSALS_PATH,
      adminCertificatePath('00'),
    ]) {
      const exchange = await ask(path + search)
      expect(exchange.status).toBe(400)
      expect(exchange.body).toMatchObject({
        code: 'query_malformed',
        detail: expect.stringMatching(detail),
      })
    }
  })

  it('may be that of an issuer which the configuration has no more', async ({ expect }) => {
    const made: string[] = []
    for (let count = 0; count < 6; count += 1) {
      const outcome = await openLedger(env, GONE).issue(anIssueRequest())
      made.push(outcome.ok ? outcome.value.serialNumber : '')
    }
    const query = { issuer: 'gone', client: 'departed' }
    await indexLedgers(query)
    const { certificates } = await list(query)
    expect(certificates.map(({ serialNumber }) => serialNumber).toSorted()).toEqual(made.toSorted())
    const [serialNumber = ''] = made
    const path = adminCertificatePath(serialNumber)
    for (const search of ['', '?issuer=gone&client=departed', '?issuer=gone', '?client=departed']) {
      const { status, body } = await ask(path + search)
      expect(status).toBe(200)
      expect(body).toMatchObject({ serialNumber, issuer: 'gone', client: 'departed' })
    }
    for (const search of [
      '?issuer=default',
      '?client=cluster-1',
      '?issuer=gone&client=cluster-1',
    ]) {
      expect((await ask(path + search)).status, search).toBeOneOf([400, 404])
    }
  })
})

describe('renewed certificates', () => {
  it('are hidden, also in another object of the ledger', async ({ expect }) => {
    const ledger = openLedger(env, {
      issuer: 'renewing',
      client: { name: 'renewer', shards: [1, 2] },
    })
    const renew = async (name: string): Promise<string> => {
      const made = anIssueRequest()
      const outcome = await ledger.issue({ ...made, origin: { ...made.origin, name } })
      return outcome.ok ? outcome.value.serialNumber : ''
    }
    const serialNumbers: string[] = []
    for (let revision = 1; revision <= 8; revision += 1) {
      serialNumbers.push(await renew(`web-${String(revision)}`))
    }
    const other = await renew('other-1')
    // The last revision is later by a second, which is as exact as times in answers are.
    for (const shard of [0, 1]) {
      const object = env.LEDGER.getByName(`v1:renewing:renewer:${String(shard)}`)
      await runInDurableObject(object, (_ledger, { storage }) =>
        storage.sql.exec(
          "UPDATE issuance SET issued_at_ms = 1000 * substr(json_extract(origin, '$.name'), -1)",
        ),
      )
    }
    const query = { issuer: 'renewing', client: 'renewer' }
    await indexLedgers(query)
    for (const way of [{}, { direct: 'true' }]) {
      expect((await list({ ...query, ...way })).certificates).toHaveLength(9)
      const { certificates } = await list({ ...query, ...way, current: 'true' })
      expect(certificates.map(({ serialNumber }) => serialNumber).toSorted()).toEqual(
        [serialNumbers.at(-1) ?? '', other].toSorted(),
      )
    }
  })
})
