import { err } from '@edge-issuer/shared'
import { describe, expect as anything, it, vi } from 'vitest'
import { readCounters } from '../../../signer-worker/src/ledger/audit.ts'
import type { IssueRequest, LedgerCounters } from '../../../signer-worker/src/ledger/messages.ts'
import { RepeatLimiter } from '../../../signer-worker/src/ledger/repeats.ts'
import { shardForUid } from '../../../signer-worker/src/ledger/shards.ts'
import { anIssueRequest, issue } from '../support/issue-request.ts'
import { queryLedger, withLedger } from '../support/ledger.ts'

const LIMIT = 3
const REFUSED = err([{ code: 'name_not_allowed', detail: 'no' }] as const)

const LIMITED = {
  ok: false,
  error: {
    refusals: [
      {
        code: 'rate_limited',
        detail:
          "this client's limit of 3 requests per minute that are refused or already have their certificate is reached; retry the same request",
        retryAfterSeconds: anything.any(Number),
      },
    ],
  },
}

describe('RepeatLimiter', () => {
  it('allows as many as the limit in a window, and then says how long the window lasts', ({
    expect,
  }) => {
    const limiter = new RepeatLimiter()
    const waits = [0, 10, 20, 30, 59_999].map((nowMs) => limiter.take(LIMIT, 1000 + nowMs))
    expect(waits).toEqual([0, 0, 0, 59_970, 1])
    expect(limiter.take(LIMIT, 61_000)).toBe(0)
  })

  it('starts a window when the clock was set back', ({ expect }) => {
    const limiter = new RepeatLimiter()
    limiter.take(1, 1_000_000)
    expect([limiter.take(1, 999_999), limiter.take(1, 999_999)]).toEqual([0, 60_000])
  })

  it('reports what was above the limit once, when the window is over', ({ expect }) => {
    const limiter = new RepeatLimiter()
    for (let count = 0; count < 5; count += 1) limiter.take(LIMIT, 0)
    expect([59_999, 60_000, 60_000].map((nowMs) => limiter.takeRejected(nowMs))).toEqual([0, 2, 0])
  })
})

const WRITES = `SELECT (SELECT count(*) FROM nonce) AS nonces, (SELECT count(*) FROM refusal) AS refusals,
  (SELECT coalesce(sum(value), 0) FROM counter) AS counted, (SELECT count(*) FROM issuance) AS issuances`

describe('above the limit nothing is written, of', () => {
  it.for<[string, (request: IssueRequest) => IssueRequest]>([
    ['a certificate that exists', (request) => request],
    [
      'a uid that was used for another request',
      (request) => ({ ...request, requestDigest: new Uint8Array(32) }),
    ],
    ['a refused request', () => ({ ...anIssueRequest(), order: REFUSED })],
    ['one that is over the rate limit', () => ({ ...anIssueRequest(), certificatesPerMinute: 1 })],
  ])('%s', async ([what, next], { expect }) => {
    const client = what.replaceAll(' ', '-')
    const first = { ...anIssueRequest(), repeatsPerMinute: LIMIT }
    await issue(client, first)
    const again = async (): ReturnType<typeof issue> =>
      issue(client, { ...next(first), repeatsPerMinute: LIMIT })
    for (let count = 0; count < LIMIT; count += 1) await again()
    const before = await queryLedger(client, WRITES)
    for (let count = 0; count < 3; count += 1) expect(await again()).toEqual(LIMITED)
    expect(await queryLedger(client, WRITES)).toEqual(before)
    // What is new does not count.
    expect(await issue(client, anIssueRequest())).toMatchObject({
      ok: true,
      value: { replayed: false },
    })
  })
})

it('the wait is given in whole seconds, at most a minute', async ({ expect }) => {
  const request = { ...anIssueRequest(), repeatsPerMinute: 1 }
  for (let count = 0; count < 2; count += 1) await issue('patient', request)
  const outcome = await issue('patient', request)
  const seconds = outcome.ok ? undefined : outcome.error.refusals[0]?.retryAfterSeconds
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
})

it('holds in an object that has issued before the number of shards changed', async ({ expect }) => {
  let uid = crypto.randomUUID()
  while (shardForUid(uid, [1, 4]).shard === 0) uid = crypto.randomUUID()
  const request = { ...anIssueRequest({ uid }), repeatsPerMinute: LIMIT }
  await issue('moved', request, [1])
  for (let count = 0; count < LIMIT; count += 1) {
    expect(await issue('moved', request, [1, 4])).toMatchObject({ ok: true })
  }
  expect(await issue('moved', request, [1, 4])).toEqual(LIMITED)
})

it('what was above the limit is counted when the window is over', async ({
  expect,
  onTestFinished,
}) => {
  const clock = vi.spyOn(Date, 'now')
  onTestFinished(() => {
    clock.mockRestore()
  })
  const startMs = Date.now()
  const request = { ...anIssueRequest(), repeatsPerMinute: LIMIT }
  for (let count = 0; count < 10; count += 1) await issue('counted-late', request)
  expect(await countersOf('counted-late')).toMatchObject({
    issued: 1,
    replayed: LIMIT,
    refused: {},
  })
  clock.mockReturnValue(startMs + 61_000)
  expect(await issue('counted-late', request)).toMatchObject({ ok: true })
  expect(await countersOf('counted-late')).toMatchObject({
    issued: 1,
    replayed: LIMIT + 1,
    refused: { rate_limited: 6 },
  })
})

const countersOf = async (client: string): Promise<LedgerCounters> =>
  withLedger(client, ({ sql }) => readCounters(sql))
