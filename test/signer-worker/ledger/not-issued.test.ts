/** A certificate that must not leave: an error of the worker, which ends one request and nothing else. */
import { describe, it } from 'vitest'
import { openLedger } from '../../../signer-worker/src/ledger/client.ts'
import type { IssueRequest } from '../../../signer-worker/src/ledger/messages.ts'
import type { CertificatePlan } from '../../../signer-worker/src/model/certificate-plan.ts'
import { send } from '../support/app.ts'
import { anIssueRequest, issue } from '../support/issue-request.ts'
import { countIssuances, queryLedger } from '../support/ledger.ts'
import { aSignRequest } from '../support/sign-request.ts'
import { post } from '../support/signed.ts'

const FAILED = {
  code: 'internal_error',
  detail: 'the worker failed; its log has the reason under the request id',
}

const COUNTS = `SELECT
  (SELECT count(*) FROM issuance) AS issuances,
  (SELECT count(*) FROM authority) AS authorities,
  (SELECT count(*) FROM issuance_name) AS names,
  (SELECT count(*) FROM nonce) AS nonces,
  (SELECT count(*) FROM refusal) AS refusals`
const NOTHING = { issuances: 0, authorities: 0, names: 0, nonces: 0, refusals: 0 }

type Change = (plan: CertificatePlan) => Partial<CertificatePlan>

/** As if policy had planned something else. */
const planned = (request: IssueRequest, change: Change): IssueRequest => {
  const { order } = request
  if (!order.ok) throw new Error('the request keeps to every rule')
  const plan = { ...order.value.plan, ...change(order.value.plan) }
  return { ...request, order: { ok: true, value: { ...order.value, plan } } }
}

const withoutKeyIdentifier: Change = ({ extensions }) => ({
  extensions: extensions.filter(({ oid }) => oid !== '2.5.29.35'),
})
/** Less than the whole seconds of a certificate, so it differs from its plan. */
const withinSecond: Change = ({ notBeforeSeconds }) => ({
  notBeforeSeconds: notBeforeSeconds + 0.5,
})

describe.for([
  [
    'that violates RFC 5280',
    withoutKeyIdentifier,
    /violates RFC 5280 and was not signed: e_ext_authority_key_identifier_no_key_identifier \(no keyIdentifier\); \{"serialNumber":"[0-9a-f]{40}","subject":"CN=a\.example",/,
  ],
  ['that is not as planned', withinSecond, /has another notBeforeMs than was planned/],
] as const)('a certificate %s', ([what, change, reason]) => {
  const client = what.replaceAll(' ', '-')

  it('is refused, leaves nothing, and the same uid can be asked again', async ({ expect }) => {
    const request = anIssueRequest()
    expect(await issue(client, planned(request, change))).toEqual({
      ok: false,
      error: { refusals: [FAILED], reason: expect.stringMatching(reason) },
    })
    expect(await queryLedger(client, COUNTS)).toEqual([NOTHING])
    expect(await queryLedger(client, 'SELECT * FROM counter')).toEqual([
      { name: 'refused:internal_error', value: 1 },
    ])
    expect(await issue(client, request)).toMatchObject({ ok: true, value: { replayed: false } })
  })

  it('ends no other request of the same turn', async ({ expect }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const request = anIssueRequest()
        return issue(`${client}-turn`, index % 2 === 0 ? request : planned(request, change))
      }),
    )
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, false, true, false])
    expect(await queryLedger(`${client}-turn`, COUNTS)).toMatchObject([
      { issuances: 3, names: 3, nonces: 3 },
    ])
  })

  it('counts against the limit of requests that issue nothing', async ({ expect }) => {
    const codes: unknown[] = []
    for (let count = 0; count < 3; count += 1) {
      const request = { ...planned(anIssueRequest(), change), repeatsPerMinute: 2 }
      const outcome = await issue(`${client}-often`, request)
      codes.push(outcome.ok || outcome.error.refusals[0]?.code)
    }
    expect(codes).toEqual(['internal_error', 'internal_error', 'rate_limited'])
  })

  it('is logged, and not sent to the client', async ({ expect }) => {
    const request = aSignRequest()
    const { status, body, log } = await send(post(request), {
      openLedger: (bindings, owner) => ({
        issue: async (asked) => openLedger(bindings, owner).issue(planned(asked, change)),
      }),
    })
    expect(status).toBe(500)
    expect(body).toMatchObject({ ...FAILED, class: 'temporary' })
    expect(JSON.stringify(body)).not.toMatch(reason)
    expect(log).toMatchObject([
      {
        event: 'request',
        status: 500,
        outcome: 'internal_error',
        client: 'cluster-1',
        issuer: 'default',
        uid: request.origin.uid,
        reason: expect.stringMatching(reason),
      },
    ])
    expect(await countIssuances('cluster-1', request.origin.uid)).toBe(0)
  })
})
