import { err } from '@edge-issuer/shared'
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { it } from 'vitest'
import { LEDGER_MIGRATIONS } from '../../../signer-worker/src/ledger/schema.ts'
import { migrate } from '../../../signer-worker/src/storage/migrate.ts'
import { anIssueRequest, issue } from '../support/issue-request.ts'
import { queryLedger } from '../support/ledger.ts'

const UNAVAILABLE = {
  code: 'ledger_unavailable',
  detail: 'the ledger did not respond; retry the same request',
}

const COUNTS = `SELECT
  (SELECT count(*) FROM issuance) AS issuances,
  (SELECT count(*) FROM authority) AS authorities,
  (SELECT count(*) FROM issuance_name) AS names,
  (SELECT count(*) FROM issuance_suffix) AS suffixes,
  (SELECT count(*) FROM nonce) AS nonces`
const NOTHING = { issuances: 0, authorities: 0, names: 0, suffixes: 0, nonces: 0 }
const ONE = { issuances: 1, authorities: 1, names: 1, suffixes: 1, nonces: 1 }

it('what was issued is there after the object was evicted', async ({ expect }) => {
  const request = anIssueRequest()
  const first = await issue('evicted', request)
  await evictDurableObject(env.LEDGER.getByName('v1:default:evicted:0'))
  const second = await issue('evicted', request)
  expect(first).toMatchObject({ ok: true, value: { replayed: false } })
  expect(second).toEqual({
    ok: true,
    value: { ...(first.ok ? first.value : {}), replayed: true },
  })
})

it('what is not certified and what verifiers may refuse is answered again as it was', async ({
  expect,
}) => {
  const request = anIssueRequest()
  if (!request.order.ok) throw new Error('the request keeps to every rule')
  const { plan } = request.order.value
  const ignored = Array.from({ length: 40 }, (_, index) => `extension ${String(index)} "é"`)
  const noted = { ...plan, ignored, warnings: ['add a DNS name'] }
  const order = { ...request.order, value: { ...request.order.value, plan: noted } }
  const first = await issue('noted', { ...request, order })
  expect(first).toMatchObject({
    ok: true,
    value: { ignored: [...ignored.slice(0, 31), '… and 9 more'], warnings: ['add a DNS name'] },
  })
  // What policy says by now does not count.
  expect(await issue('noted', request)).toEqual({
    ok: true,
    value: { ...(first.ok ? first.value : {}), replayed: true },
  })
})

it('many certificates share the row of their chain', async ({ expect }) => {
  for (let count = 0; count < 3; count += 1) await issue('sharing', anIssueRequest())
  expect(await queryLedger('sharing', COUNTS)).toEqual([
    { issuances: 3, authorities: 1, names: 3, suffixes: 3, nonces: 3 },
  ])
})

it('a refusal is handed back and leaves no certificate', async ({ expect }) => {
  const refusals = [{ code: 'name_not_allowed', detail: 'no' }] as const
  const outcome = await issue('refusing', { ...anIssueRequest(), order: err(refusals) })
  expect(outcome).toEqual({ ok: false, error: { refusals } })
  expect(await queryLedger('refusing', COUNTS)).toEqual([{ ...NOTHING, nonces: 1 }])
})

it('a plan for another CA certificate is not signed: the settings differ during a roll-out', async ({
  expect,
}) => {
  expect(await issue('rolling', anIssueRequest({ caOf: 'expired' }))).toEqual({
    ok: false,
    error: {
      refusals: [
        {
          code: 'ledger_unavailable',
          detail: expect.stringContaining('different versions of the configuration'),
        },
      ],
    },
  })
  expect(await queryLedger('rolling', COUNTS)).toEqual([{ ...NOTHING, nonces: 1 }])
})

it('a certificate that exists is found whatever CA the plan is for', async ({ expect }) => {
  const request = anIssueRequest()
  await issue('found', request)
  const again = await issue('found', {
    ...request,
    order: anIssueRequest({ caOf: 'expired' }).order,
  })
  expect(again).toMatchObject({ ok: true, value: { replayed: true } })
})

it.for([
  ['before the chain is recorded', 'BEFORE INSERT ON authority'],
  ['after the chain is recorded', 'AFTER INSERT ON authority'],
  ['before the certificate is recorded', 'BEFORE INSERT ON issuance'],
  ['after the certificate is recorded', 'AFTER INSERT ON issuance'],
  ['before a name is recorded', 'BEFORE INSERT ON issuance_name'],
  ['after a name is recorded', 'AFTER INSERT ON issuance_name'],
  ['before the end of a name is recorded', 'BEFORE INSERT ON issuance_suffix'],
  ['after the end of a name is recorded', 'AFTER INSERT ON issuance_suffix'],
  ['before the nonce is recorded', 'BEFORE INSERT ON nonce'],
  ['after the nonce is recorded', 'AFTER INSERT ON nonce'],
] as const)(
  'a failure %s leaves nothing, and the same uid can be asked again',
  async ([moment, when], { expect }) => {
    const client = moment.replaceAll(' ', '-')
    // FAIL keeps what the statement wrote; only the transaction around it can take it back.
    await queryLedger(
      client,
      `CREATE TRIGGER failing ${when} BEGIN SELECT RAISE(FAIL, 'disk is full'); END`,
    )
    const request = anIssueRequest()
    expect(await issue(client, request)).toEqual({
      ok: false,
      error: { refusals: [UNAVAILABLE], reason: expect.stringContaining('disk is full') },
    })
    expect(await queryLedger(client, COUNTS)).toEqual([NOTHING])

    await queryLedger(client, 'DROP TRIGGER failing')
    expect(await issue(client, request)).toMatchObject({ ok: true, value: { replayed: false } })
    expect(await queryLedger(client, COUNTS)).toEqual([ONE])
  },
)

it('the version of the schema is recorded, and migrating again changes nothing', async ({
  expect,
}) => {
  await issue('migrated', anIssueRequest())
  await runInDurableObject(env.LEDGER.getByName('v1:default:migrated:0'), (_ledger, state) => {
    migrate(state.storage, LEDGER_MIGRATIONS)
  })
  expect(await queryLedger('migrated', 'SELECT * FROM meta')).toEqual([
    { key: 'schema_version', value: LEDGER_MIGRATIONS.length },
    { key: 'layout', value: 1 },
  ])
  expect(await queryLedger('migrated', COUNTS)).toEqual([ONE])
})

it('a ledger of a newer version is not touched', async ({ expect }) => {
  const newer = LEDGER_MIGRATIONS.length + 1
  await queryLedger(
    'newer',
    `UPDATE meta SET value = ${String(newer)} WHERE key = 'schema_version'`,
  )
  const migrating = runInDurableObject(
    env.LEDGER.getByName('v1:default:newer:0'),
    (_ledger, state) => {
      migrate(state.storage, LEDGER_MIGRATIONS)
    },
  )
  await expect(migrating).rejects.toThrow(
    `schema version ${String(newer)}; this worker knows up to ${String(LEDGER_MIGRATIONS.length)}`,
  )
  expect(await queryLedger('newer', 'SELECT value FROM meta')).toEqual([{ value: newer }])
})
