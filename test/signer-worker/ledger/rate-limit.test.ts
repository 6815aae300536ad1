import * as fc from 'fast-check'
import { it } from 'vitest'
import { waitForRate } from '../../../signer-worker/src/ledger/rate-limit.ts'
import { LIMIT } from '../../support/worker-fixture.ts'
import { send } from '../support/app.ts'
import { keyOf } from '../support/fixture.ts'
import { anIssueRequest, issue } from '../support/issue-request.ts'
import { queryLedger, withLedger } from '../support/ledger.ts'
import { aSignRequest } from '../support/sign-request.ts'
import { post } from '../support/signed.ts'

const WINDOW_MS = 60_000

it('in every window of a minute there are as many as allowed, and not one is refused below that', async ({
  expect,
}) => {
  // One certificate to copy: what is tested is when, not what.
  await issue('windows', anIssueRequest())
  const gaps = fc.array(fc.integer({ min: 0, max: 25_000 }), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), gaps, async (limit, steps) => {
      expect(await run(limit, steps)).toEqual(simulate(limit, steps))
    }),
    { numRuns: 60, seed: 7 },
  )
})

/** What the ledger says to requests that come one after the other, each so many ms later. */
const run = async (limit: number, steps: readonly number[]): Promise<readonly boolean[]> =>
  withLedger('windows', ({ sql }) => {
    sql.exec('DELETE FROM issuance WHERE seq > 1')
    sql.exec('UPDATE issuance SET issued_at_ms = ? WHERE seq = 1', -10 * WINDOW_MS)
    let nowMs = 0
    return steps.map((step) => {
      nowMs += step
      if (waitForRate(sql, limit, nowMs) > 0) return false
      sql.exec(
        `INSERT INTO issuance SELECT NULL, uid || max(seq), request_digest, randomblob(20),
             certificate, authority, profile, not_before_seconds, not_after_seconds, clamped, names,
             ?, origin, key_id, signature_base, signature, body, ignored, warnings, token_id FROM issuance`,
        nowMs,
      )
      return true
    })
  })
/** The same by counting. */
function simulate(limit: number, steps: readonly number[]): readonly boolean[] {
  const taken: number[] = []
  let nowMs = 0
  return steps.map((step) => {
    nowMs += step
    const recent = taken.filter((timeMs) => timeMs > nowMs - WINDOW_MS)
    if (recent.length >= limit) return false
    taken.push(nowMs)
    return true
  })
}

it('the wait is until the oldest certificate of the window leaves it', async ({ expect }) => {
  await issue('waiting', anIssueRequest())
  const waits = await withLedger('waiting', ({ sql }) => {
    sql.exec('UPDATE issuance SET issued_at_ms = 5000')
    return [5000, 64_999, 65_000].map((nowMs) => waitForRate(sql, 1, nowMs))
  })
  expect(waits).toEqual([60_000, 1, 0])
})

it('over the limit is 429 with the seconds to wait, and the same request succeeds later', async ({
  expect,
}) => {
  const key = keyOf('limited')
  await queryLedger('limited', 'DELETE FROM issuance_name')
  await queryLedger('limited', 'DELETE FROM issuance_suffix')
  await queryLedger('limited', 'DELETE FROM issuance')
  const uids = Array.from({ length: LIMIT + 3 }, () => crypto.randomUUID())
  const answers = await Promise.all(
    uids.map(async (uid) => send(post(aSignRequest({ uid }), { key }))),
  )
  const issued = answers.filter(({ status }) => status === 201)
  const refused = answers.filter(({ status }) => status === 429)
  expect([issued.length, refused.length]).toEqual([LIMIT, 3])
  for (const { headers, body } of refused) {
    expect(body).toMatchObject({ code: 'rate_limited', class: 'temporary' })
    const seconds = Number(headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(body).toMatchObject({ retryAfter: seconds })
  }

  // A minute later by the rows.
  await queryLedger('limited', 'UPDATE issuance SET issued_at_ms = issued_at_ms - 60000')
  const waiting = uids.filter((_uid, index) => answers[index]?.status === 429)
  for (const uid of waiting) {
    expect((await send(post(aSignRequest({ uid }), { key }))).status).toBe(201)
  }
})

it('a certificate that exists is given again over the limit too', async ({ expect }) => {
  const request = { ...anIssueRequest(), certificatesPerMinute: 1 }
  await issue('again', request)
  const other = { ...anIssueRequest(), certificatesPerMinute: 1 }
  expect(await issue('again', other)).toMatchObject({ ok: false })
  expect(await issue('again', request)).toMatchObject({ ok: true, value: { replayed: true } })
})
