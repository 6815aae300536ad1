/** A client whose clock is wrong, over the whole way: it gets the right time, and nothing is signed. */
import { type Problem, problemSchema } from '@edge-issuer/shared'
import { exports } from 'cloudflare:workers'
import { describe, it } from 'vitest'
import * as z from 'zod'
import { countIssuances } from '../../support/ledger.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { get, post } from '../../support/signed.ts'

/** Seconds by which the client's clock is off. */
const HOUR = 3600

const problemOf = async (response: Response): Promise<Problem> =>
  z.strictObject(problemSchema.shape).parse(await response.json())

describe.for([
  ['an hour slow', -HOUR],
  ['an hour fast', HOUR],
] as const)('a clock that is %s', ([, seconds]) => {
  it('gets 401 with the time of the server for a health check', async ({ expect }) => {
    const before = Math.floor(Date.now() / 1000) * 1000
    const response = await exports.default.fetch(get({ nowMs: Date.now() + seconds * 1000 }))
    const after = Date.now()
    expect(response.status).toBe(401)
    const { code, class: refusalClass, status, serverTime = '' } = await problemOf(response)
    expect({ code, refusalClass, status }).toEqual({
      code: 'clock_skew',
      refusalClass: 'issuer',
      status: 401,
    })
    expect(Date.parse(serverTime)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(serverTime)).toBeLessThanOrEqual(after)
  })

  it('gets no certificate, and gets it once the clock is set', async ({ expect }) => {
    const request = aSignRequest()
    const { uid } = request.origin
    const wrong = await exports.default.fetch(post(request, { nowMs: Date.now() + seconds * 1000 }))
    expect(wrong.status).toBe(401)
    const { code, serverTime = '' } = await problemOf(wrong)
    expect(code).toBe('clock_skew')
    expect(await countIssuances('cluster-1', uid)).toBe(0)

    const right = await exports.default.fetch(post(request, { nowMs: Date.parse(serverTime) }))
    expect(right.status).toBe(201)
    expect(await countIssuances('cluster-1', uid)).toBe(1)
  })
})
