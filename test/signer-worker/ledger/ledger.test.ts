import { err, ok } from '@edge-issuer/shared'
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { it } from 'vitest'
import type { Issuer } from '../../../signer-worker/src/config/index.ts'
import { type LedgerOutcome, openLedger } from '../../../signer-worker/src/ledger/client.ts'
import type { IssueRequest } from '../../../signer-worker/src/ledger/messages.ts'
import { migrate } from '../../../signer-worker/src/ledger/schema.ts'
import { compileClientPolicy } from '../../../signer-worker/src/policy/client-policy.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import { profileSchema } from '../../../signer-worker/src/policy/profile.ts'
import { loadSettings } from '../../../signer-worker/src/settings.ts'
import { queryLedger } from '../support/ledger.ts'
import { aSignRequest } from '../support/sign-request.ts'

const UNAVAILABLE = {
  code: 'ledger_unavailable',
  detail: 'the ledger did not answer; the same request can be sent again',
}

const issuerOf = (name: string): Issuer => {
  const settings = loadSettings(env)
  const issuer = settings.ok ? settings.value.issuers.get(name) : undefined
  if (issuer === undefined) throw new Error('the fixture has this issuer')
  return issuer
}

/** What the application asks for a valid request; judged for the CA of `issuer`. */
function anIssueRequest(issuer = 'default'): IssueRequest {
  const request = aSignRequest()
  const plan = evaluate({
    request,
    profile: profileSchema.parse({}),
    client: compileClientPolicy({}),
    ca: issuerOf('default').active.ca,
    nowMs: Date.now(),
  })
  const { sha256 } = issuerOf(issuer).active.ca
  return {
    issuer: 'default',
    requestDigest: new Uint8Array(32).fill(1),
    origin: request.origin,
    evidence: { keyId: 'k', signatureBase: 'b', signature: new Uint8Array(64) },
    order: plan.ok ? ok({ plan: plan.value, caSha256: sha256, profile: 'default' }) : plan,
  }
}

const issue = async (client: string, request: IssueRequest): Promise<LedgerOutcome> =>
  openLedger(env, { issuer: 'default', client }).issue(request)

const COUNTS =
  'SELECT (SELECT count(*) FROM issuance) AS issuances, (SELECT count(*) FROM authority) AS authorities'

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

it('many certificates share the row of their chain', async ({ expect }) => {
  for (let count = 0; count < 3; count += 1) await issue('sharing', anIssueRequest())
  expect(await queryLedger('sharing', COUNTS)).toEqual([{ issuances: 3, authorities: 1 }])
})

it('a refusal is handed back and leaves nothing', async ({ expect }) => {
  const refusals = [{ code: 'name_not_allowed', detail: 'no' }] as const
  const outcome = await issue('refusing', { ...anIssueRequest(), order: err(refusals) })
  expect(outcome).toEqual({ ok: false, error: { refusals } })
  expect(await queryLedger('refusing', COUNTS)).toEqual([{ issuances: 0, authorities: 0 }])
})

it('a plan for another CA certificate is not signed: the settings differ during a roll-out', async ({
  expect,
}) => {
  expect(await issue('rolling', anIssueRequest('expired'))).toEqual({
    ok: false,
    error: {
      refusals: [
        { code: 'ledger_unavailable', detail: expect.stringContaining('different settings') },
      ],
    },
  })
  expect(await queryLedger('rolling', COUNTS)).toEqual([{ issuances: 0, authorities: 0 }])
})

it('a certificate that exists is found whatever CA the plan is for', async ({ expect }) => {
  const request = anIssueRequest()
  await issue('found', request)
  const again = await issue('found', { ...request, order: anIssueRequest('expired').order })
  expect(again).toMatchObject({ ok: true, value: { replayed: true } })
})

it.for([
  ['before the chain is recorded', 'BEFORE INSERT ON authority'],
  ['after the chain is recorded', 'AFTER INSERT ON authority'],
  ['before the certificate is recorded', 'BEFORE INSERT ON issuance'],
  ['after the certificate is recorded', 'AFTER INSERT ON issuance'],
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
    expect(await queryLedger(client, COUNTS)).toEqual([{ issuances: 0, authorities: 0 }])

    await queryLedger(client, 'DROP TRIGGER failing')
    expect(await issue(client, request)).toMatchObject({ ok: true, value: { replayed: false } })
    expect(await queryLedger(client, COUNTS)).toEqual([{ issuances: 1, authorities: 1 }])
  },
)

it('the version of the schema is recorded, and migrating again changes nothing', async ({
  expect,
}) => {
  await issue('migrated', anIssueRequest())
  await runInDurableObject(env.LEDGER.getByName('v1:default:migrated:0'), (_ledger, state) => {
    migrate(state.storage)
  })
  expect(await queryLedger('migrated', 'SELECT * FROM meta')).toEqual([
    { key: 'schema_version', value: 1 },
  ])
  expect(await queryLedger('migrated', COUNTS)).toEqual([{ issuances: 1, authorities: 1 }])
})

it('a ledger of a newer version is not touched', async ({ expect }) => {
  await queryLedger('newer', "UPDATE meta SET value = 2 WHERE key = 'schema_version'")
  const migrating = runInDurableObject(
    env.LEDGER.getByName('v1:default:newer:0'),
    (_ledger, state) => {
      migrate(state.storage)
    },
  )
  await expect(migrating).rejects.toThrow(/schema version 2; this worker knows up to 1/)
  expect(await queryLedger('newer', 'SELECT value FROM meta')).toEqual([{ value: 2 }])
})
