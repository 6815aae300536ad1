import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { formatDuration, parseDurationSeconds } from '../../../cli/src/command-line/duration.ts'

const HOUR = 3600
const DAY = 24 * HOUR

describe('a duration', () => {
  it.for([
    ['1s', 1],
    ['60s', 60],
    ['1m', 60],
    ['2160h', 2160 * HOUR],
    ['90d', 90 * DAY],
    ['2w', 14 * DAY],
    ['1w1d', 8 * DAY],
    ['10y', 3650 * DAY],
    ['1h30m', 5400],
    ['30m1h', 5400],
    ['2160h0m0s', 2160 * HOUR],
    ['1.5h', 5400],
    ['1.1h', 3960],
    ['0.5m1.0s', 31],
    ['3155760000s', 3_155_760_000],
  ] as const)('of %s is %d seconds', ([text, seconds], { expect }) => {
    expect(parseDurationSeconds(text)).toEqual({ ok: true, value: seconds })
  })

  it.for([
    ['', /empty/],
    ['90', /invalid duration "90"; expected/],
    ['d', /invalid duration/],
    ['90 d', /invalid duration/],
    [' 90d', /invalid duration/],
    ['90D', /invalid duration/],
    ['90d5', /invalid duration/],
    ['-1h', /invalid duration/],
    ['1h,', /invalid duration/],
    ['500ms', /invalid duration/],
    ['1e3s', /invalid duration/],
    ['.5h', /invalid duration/],
    ['0s', /below the minimum of 1s/],
    ['0h0m', /below the minimum of 1s/],
    ['0.5s', /not a whole number of seconds/],
    ['1.00001h', /not a whole number of seconds/],
    ['3155760001s', /maximum of 100 years/],
    ['101y', /maximum of 100 years/],
    ['999999999999y', /maximum of 100 years/],
  ] as const)('written "%s" is refused', ([text, reason], { expect }) => {
    const result = parseDurationSeconds(text)
    expect(result.ok ? undefined : result.error).toMatch(reason)
  })

  it.for([
    [90 * DAY, '90d'],
    [36 * HOUR, '36h'],
    [90 * 60, '90m'],
    [61, '61s'],
    [3_155_760_000, '36525d'],
  ] as const)('of %d seconds is written %s', ([seconds, text], { expect }) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_155_760_000 }), (seconds) => {
        const read = parseDurationSeconds(formatDuration(seconds))
        return read.ok && read.value === seconds
      }),
    )
  })
})
