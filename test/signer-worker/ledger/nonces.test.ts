import { expect, it } from 'vitest'
import {
  forgetNonces,
  NONCE_WINDOW_MS,
  useNonce,
} from '../../../signer-worker/src/ledger/nonces.ts'
import { aNonce, anIssueRequest, issue } from '../support/issue-request.ts'
import { countIssuances, queryLedger, withLedger } from '../support/ledger.ts'

const USED = {
  ok: false,
  error: {
    refusals: [{ code: 'credentials_rejected', detail: expect.stringContaining('used before') }],
    reason: 'nonce_used',
  },
}

it('a signature that was used is not good for another uid', async () => {
  const first = anIssueRequest()
  const second = { ...anIssueRequest(), evidence: first.evidence }
  expect(await issue('nonces', first)).toMatchObject({ ok: true })
  expect(await issue('nonces', second)).toEqual(USED)
  expect(await countIssuances('nonces', second.origin.uid)).toBe(0)
})

it('a request that is sent again as it was is answered with the certificate that exists', async () => {
  const request = anIssueRequest()
  await issue('nonces', request)
  expect(await issue('nonces', request)).toMatchObject({ ok: true, value: { replayed: true } })
})

it('a request that was refused cannot be sent again as it was', async () => {
  const { order: _order, ...rest } = anIssueRequest()
  const refusals = [{ code: 'name_not_allowed', detail: 'no' }] as const
  const refused = { ...rest, order: { ok: false, error: refusals } } as const
  expect(await issue('nonces', refused)).toEqual({ ok: false, error: { refusals } })
  expect(await issue('nonces', refused)).toEqual(USED)
})

it('a nonce is forgotten when every signature with it has expired, and not before', async () => {
  const [older, newer] = [aNonce(), aNonce()]
  const free = await withLedger('forgetting', ({ sql }) => {
    useNonce(sql, older, 1000)
    useNonce(sql, newer, 1001)
    forgetNonces(sql, 1001 + NONCE_WINDOW_MS)
    return [useNonce(sql, older, 2000), useNonce(sql, newer, 2000)]
  })
  expect(free).toEqual([true, false])
})

it('old nonces are forgotten while requests come in', async () => {
  await withLedger('ageing', ({ sql }) => {
    useNonce(sql, aNonce(), Date.now() - NONCE_WINDOW_MS - 1)
  })
  await issue('ageing', anIssueRequest())
  expect(await queryLedger('ageing', 'SELECT count(*) AS kept FROM nonce')).toEqual([{ kept: 1 }])
})
