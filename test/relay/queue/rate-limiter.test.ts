import { describe, it } from 'vitest'
import { RateLimiter, REQUEST_BACKOFF } from '../../../relay/src/queue/rate-limiter.ts'

/** The middle of the jitter: delays are exactly as the policy says. */
const MIDDLE = (): number => 0.5
const LOWEST = (): number => 0
const HIGHEST = (): number => 1 - Number.EPSILON

describe('RateLimiter', () => {
  it('doubles from five seconds up to five minutes', ({ expect }) => {
    const limiter = new RateLimiter(REQUEST_BACKOFF, MIDDLE)
    const delays = Array.from({ length: 9 }, () => limiter.next('a'))
    expect(delays).toEqual([
      5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000,
    ])
  })

  it('stays finite however often a key fails', ({ expect }) => {
    const limiter = new RateLimiter(REQUEST_BACKOFF, MIDDLE)
    for (let failures = 0; failures < 5_000; failures += 1) limiter.next('a')
    expect(limiter.next('a')).toBe(300_000)
  })

  it.for([
    ['lowest', LOWEST, 4_000],
    ['highest', HIGHEST, 6_000],
  ] as const)('spreads by a fifth: the %s delay', ([, random, wanted], { expect }) => {
    const limiter = new RateLimiter(REQUEST_BACKOFF, random)
    expect(limiter.next('a')).toBeCloseTo(wanted, 6)
  })

  it.for([
    ['a minimum above the backoff', 60_000, LOWEST, 60_000],
    ['that minimum, spread', 60_000, HIGHEST, 72_000],
    ['the backoff when it is above the minimum', 1_000, MIDDLE, 5_000],
  ] as const)('honours %s', ([, minimumMs, random, wanted], { expect }) => {
    const limiter = new RateLimiter(REQUEST_BACKOFF, random)
    expect(limiter.next('a', minimumMs)).toBeCloseTo(wanted, 6)
  })

  it('counts each key separately, and starts over after forget', ({ expect }) => {
    const limiter = new RateLimiter(REQUEST_BACKOFF, MIDDLE)
    limiter.next('a')
    limiter.next('a')
    limiter.next('b')
    expect([limiter.failures('a'), limiter.failures('b')]).toEqual([2, 1])
    limiter.forget('a')
    expect([limiter.failures('a'), limiter.next('a')]).toEqual([0, 5_000])
  })
})
