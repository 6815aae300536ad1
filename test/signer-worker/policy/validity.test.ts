import { describe, it } from 'vitest'
import { commonName, makeAuthority } from '../../support/x509.ts'
import { type Case, judge, NOW_MS } from './judge.ts'

const HOUR = 3600
const DAY = 86_400

/** Of the tests' clock, whose milliseconds do not count. */
const at = (seconds: number): string =>
  new Date((Math.floor(NOW_MS / 1000) + seconds) * 1000).toISOString().replace('.000', '')
const date = (seconds: number): Date => new Date(at(seconds))

/** Beginning and end, relative to the clock, and what clamped them; or the refusals. */
const outcome = (durationSeconds: number, rules: Case = {}): string => {
  const judged = judge({ ...rules, request: { durationSeconds } })
  if (!('subject' in judged)) return judged.join('\n')
  const now = Math.floor((rules.nowMs ?? NOW_MS) / 1000)
  const { notBeforeSeconds, notAfterSeconds, clamped } = judged
  return `${String(notBeforeSeconds - now)} ${String(notAfterSeconds - now)} ${String(clamped)}`
}

const ending = (seconds: number): Case => ({ ca: makeAuthority({ notAfter: date(seconds) }) })
const beginning = (seconds: number): Case => ({ ca: makeAuthority({ notBefore: date(seconds) }) })

describe('the times of a certificate', () => {
  it.for<[string, number, Case, string]>([
    ['begin a minute ago and last as long as asked, both ends counted', HOUR, {}, '-60 3539 null'],
    [
      'begin when the profile says',
      HOUR,
      { profile: { backdateSeconds: 300, minDurationSeconds: 301 } },
      '-300 3299 null',
    ],
    ['begin now, if the profile says so', HOUR, { profile: { backdateSeconds: 0 } }, '0 3599 null'],
    ['do not move with milliseconds', HOUR, { nowMs: NOW_MS - 789 }, '-60 3539 null'],
    ['never begin before the issuing CA', HOUR, beginning(-30), '-30 3569 null'],
    ['may begin with the issuing CA', HOUR, beginning(-60), '-60 3539 null'],
    ['may begin now, with the issuing CA', HOUR, beginning(0), '0 3599 null'],
    ['may end with the issuing CA', HOUR, ending(3539), '-60 3539 null'],
    ['never end after the issuing CA', HOUR, ending(3538), '-60 3538 issuer'],
    ['have the shortest length', 300, {}, '-60 239 null'],
    ['have the shortest length that the issuing CA leaves', HOUR, ending(239), '-60 239 issuer'],
    [
      'end with the profile',
      30 * DAY,
      { profile: { maxDurationSeconds: DAY } },
      `-60 ${String(DAY - 61)} profile`,
    ],
    [
      'end with the profile exactly',
      DAY,
      { profile: { maxDurationSeconds: DAY } },
      `-60 ${String(DAY - 61)} null`,
    ],
    [
      'end with the issuing CA, when both shorten them',
      30 * DAY,
      { profile: { maxDurationSeconds: DAY }, ...ending(HOUR) },
      '-60 3600 issuer',
    ],
    [
      'are as long as the profile rejects above',
      DAY,
      { profile: { maxDurationSeconds: DAY, overMaximum: 'reject' } },
      `-60 ${String(DAY - 61)} null`,
    ],
    [
      'are as long as the client may ask for',
      DAY,
      { client: { constraints: { maxDurationSeconds: DAY } } },
      `-60 ${String(DAY - 61)} null`,
    ],
    [
      'are as short as the client may ask for',
      DAY,
      { client: { constraints: { minDurationSeconds: DAY } } },
      `-60 ${String(DAY - 61)} null`,
    ],
  ])('%s', ([, duration, rules, expected], { expect }) => {
    expect(outcome(duration, rules)).toBe(expected)
  })

  it('end with the first of all CAs in the chain', ({ expect }) => {
    const issuer = makeAuthority({ subject: commonName('Root'), notAfter: date(HOUR) })
    expect(outcome(30 * DAY, { ca: makeAuthority({ issuer, notAfter: date(DAY) }) })).toBe(
      '-60 3600 issuer',
    )
  })

  it('may lie beyond 2050', ({ expect }) => {
    const ca = makeAuthority({ notAfter: new Date('2080-01-01T00:00:00Z') })
    expect(outcome(30 * 365 * DAY, { ca })).toBe(`-60 ${String(30 * 365 * DAY - 61)} null`)
  })
})

describe('a duration that is not allowed', () => {
  it.for<[string, number, Case, string]>([
    [
      'too short for the profile',
      299,
      {},
      'the duration of 299 s is shorter than the 300 s that the profile begins with',
    ],
    [
      'too short for a profile of its own',
      HOUR,
      { profile: { minDurationSeconds: HOUR + 1 } },
      'the duration of 3600 s is shorter than the 3601 s that the profile begins with',
    ],
    [
      'too long for a profile that rejects',
      DAY + 1,
      { profile: { maxDurationSeconds: DAY, overMaximum: 'reject' } },
      'the duration of 86401 s is longer than the 86400 s that the profile ends with',
    ],
    [
      'too long for the client',
      DAY + 1,
      { client: { constraints: { maxDurationSeconds: DAY } } },
      "the duration of 86401 s is longer than the 86400 s of this client's constraints.maxDurationSeconds",
    ],
    [
      'too short for the client',
      DAY - 1,
      { client: { constraints: { minDurationSeconds: DAY } } },
      "the duration of 86399 s is shorter than the 86400 s of this client's constraints.minDurationSeconds",
    ],
  ])('%s', ([, duration, rules, expected], { expect }) => {
    expect(outcome(duration, rules)).toBe(
      `duration_not_allowed: ${expected}; change the request, or ask the CA's operator`,
    )
  })
})

describe('an issuing CA that', () => {
  it.for<[string, Case, string]>([
    [
      'leaves less than the profile begins with',
      ending(238),
      `the issuing CA ends at ${at(238)}, and the profile begins with 300 s`,
    ],
    [
      'has ended',
      ending(-1),
      `the issuing CA ends at ${at(-1)}, and the profile begins with 300 s`,
    ],
    ['has not begun', beginning(1), `the issuing CA is valid only from ${at(1)}`],
  ])('%s', ([, rules, expected], { expect }) => {
    expect(outcome(HOUR, rules)).toBe(
      `issuer_expiring: ${expected}; the CA's operator must renew it`,
    )
  })
})
