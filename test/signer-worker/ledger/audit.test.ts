import { err } from '@edge-issuer/shared'
import { it } from 'vitest'
import {
  listRefusals,
  readCounters,
  recordRefusal,
} from '../../../signer-worker/src/ledger/audit.ts'
import { anIssueRequest, issue } from '../support/issue-request.ts'
import { withLedger } from '../support/ledger.ts'

const REFUSALS = [
  { code: 'name_not_allowed', detail: 'one' },
  { code: 'usage_not_allowed', detail: 'two' },
] as const

it('what happened is counted', async ({ expect }) => {
  const request = anIssueRequest()
  await issue('counted', request)
  await issue('counted', anIssueRequest())
  await issue('counted', request)
  await issue('counted', { ...request, requestDigest: new Uint8Array(32) })
  await issue('counted', { ...anIssueRequest(), order: err(REFUSALS) })
  await issue('counted', { ...anIssueRequest(), certificatesPerMinute: 1 })
  expect(await withLedger('counted', ({ sql }) => readCounters(sql))).toEqual({
    issued: 2,
    replayed: 1,
    refused: { idempotency_conflict: 1, name_not_allowed: 1, rate_limited: 1 },
    databaseBytes: expect.any(Number),
  })
})

it('a refused request is kept with every reason', async ({ expect }) => {
  const request = { ...anIssueRequest(), order: err(REFUSALS) }
  await issue('kept', request)
  const page = await withLedger('kept', ({ sql }) => listRefusals(sql, { after: 0, limit: 10 }))
  const { uid, namespace, name } = request.origin
  expect(page).toEqual({
    items: [
      {
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        uid,
        namespace,
        name,
        code: 'name_not_allowed',
        detail: 'one; two',
      },
    ],
    next: undefined,
  })
})

it('a thousand refused requests are kept, the newest ones, and are listed in pages', async ({
  expect,
}) => {
  const { origin } = anIssueRequest()
  const pages = await withLedger('bounded', ({ sql }) => {
    for (let count = 1; count <= 1003; count += 1) {
      const detail = String(count)
      recordRefusal(sql, [{ code: 'name_malformed', detail }], { origin, atMs: count })
    }
    const first = listRefusals(sql, { after: 0, limit: 999 })
    return [first, listRefusals(sql, { after: first.next ?? 0, limit: 999 })]
  })
  expect(pages.map(({ items }) => items.length)).toEqual([999, 1])
  const details = pages.flatMap(({ items }) => items.map(({ detail }) => Number(detail)))
  expect(details).toEqual(Array.from({ length: 1000 }, (_, index) => index + 4))
})
