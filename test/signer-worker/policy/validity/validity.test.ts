import { commonName, makeAuthority } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { type Case, outcomeOf, NOW_MS, plan } from '../support/evaluate-request.ts'

const HOUR = 3600
const DAY = 86_400

/** Of the tests' clock, whose milliseconds do not count. */
const at = (seconds: number): string =>
  new Date((Math.floor(NOW_MS / 1000) + seconds) * 1000).toISOString().replace('.000', '')
const date = (seconds: number): Date => new Date(at(seconds))

/** Beginning and end, relative to the clock, and what clamped them; or the refusals. */
const outcome = (durationSeconds: number, rules: Case = {}): string => {
  const evaluated = outcomeOf({ ...rules, request: { durationSeconds } })
  if (!('subject' in evaluated)) return evaluated.join('\n')
  const now = Math.floor((rules.nowMs ?? NOW_MS) / 1000)
  const { notBeforeSeconds, notAfterSeconds, clamped } = evaluated
  return `${String(notBeforeSeconds - now)} ${String(notAfterSeconds - now)} ${String(clamped)}`
}

const ending = (seconds: number): Case => ({ ca: makeAuthority({ notAfter: date(seconds) }) })
const beginning = (seconds: number): Case => ({ ca: makeAuthority({ notBefore: date(seconds) }) })

describe('the times of a certificate', () => {
  it.for<[string, number, Case, string]>([
    ['begin a minute ago and last exactly as long as asked', HOUR, {}, '-60 3540 null'],
    [
      'begin when the profile says',
      HOUR,
      { profile: { backdateSeconds: 300, minDurationSeconds: 301 } },
      '-300 3300 null',
    ],
    ['begin now, if the profile says so', HOUR, { profile: { backdateSeconds: 0 } }, '0 3600 null'],
    ['do not move with milliseconds', HOUR, { nowMs: NOW_MS - 789 }, '-60 3540 null'],
    ['never begin before the issuing CA', HOUR, beginning(-30), '-30 3570 null'],
    ['may begin with the issuing CA', HOUR, beginning(-60), '-60 3540 null'],
    ['may begin now, with the issuing CA', HOUR, beginning(0), '0 3600 null'],
    ['may end with the issuing CA', HOUR, ending(3540), '-60 3540 null'],
    ['never end after the issuing CA', HOUR, ending(3539), '-60 3539 issuer'],
    ['have the shortest length', 300, {}, '-60 240 null'],
    ['have the shortest length that the issuing CA leaves', HOUR, ending(240), '-60 240 issuer'],
    [
      'end with the profile',
      30 * DAY,
      { profile: { maxDurationSeconds: DAY } },
      `-60 ${String(DAY - 60)} profile`,
    ],
    [
      'end with the profile exactly',
      DAY,
      { profile: { maxDurationSeconds: DAY } },
      `-60 ${String(DAY - 60)} null`,
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
      { profile: { maxDurationSeconds: DAY, onExceed: 'reject' } },
      `-60 ${String(DAY - 60)} null`,
    ],
    [
      'are as long as the client may ask for',
      DAY,
      { client: { constraints: { maxDurationSeconds: DAY } } },
      `-60 ${String(DAY - 60)} null`,
    ],
    [
      'are as short as the client may ask for',
      DAY,
      { client: { constraints: { minDurationSeconds: DAY } } },
      `-60 ${String(DAY - 60)} null`,
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
    const profile = { maxDurationSeconds: 30 * 365 * DAY }
    expect(outcome(30 * 365 * DAY, { ca, profile })).toBe(`-60 ${String(30 * 365 * DAY - 60)} null`)
  })
})

describe('a duration that is not allowed', () => {
  it.for<[string, number, Case, string]>([
    ['too short for the profile', 299, {}, "duration 299s is below the profile's minimum of 300s"],
    [
      'too short for a profile of its own',
      HOUR,
      { profile: { minDurationSeconds: HOUR + 1 } },
      "duration 3600s is below the profile's minimum of 3601s",
    ],
    [
      'too long for a profile that rejects',
      DAY + 1,
      { profile: { maxDurationSeconds: DAY, onExceed: 'reject' } },
      "duration 86401s is above the profile's maximum of 86400s",
    ],
    [
      'too long for the client',
      DAY + 1,
      { client: { constraints: { maxDurationSeconds: DAY } } },
      "duration 86401s is above this client's constraints.maxDurationSeconds of 86400s",
    ],
    [
      'too short for the client',
      DAY - 1,
      { client: { constraints: { minDurationSeconds: DAY } } },
      "duration 86399s is below this client's constraints.minDurationSeconds of 86400s",
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
      'leaves less than the minimum of the profile',
      ending(239),
      `the issuing CA expires at ${at(239)}, which leaves less than the profile's minimum of 300s`,
    ],
    [
      'has ended',
      ending(-1),
      `the issuing CA expires at ${at(-1)}, which leaves less than the profile's minimum of 300s`,
    ],
    ['has not begun', beginning(1), `the issuing CA is valid only from ${at(1)}`],
  ])('%s', ([, rules, expected], { expect }) => {
    expect(outcome(HOUR, rules)).toBe(
      `issuer_expiring: ${expected}; the CA's operator must renew it`,
    )
  })
})

const warnings = (durationSeconds: number, rules: Case = {}): readonly string[] =>
  plan({ ...rules, request: { durationSeconds } }).warnings

describe('a certificate that is shorter than requested', () => {
  it.for<[string, number, Case, readonly string[]]>([
    ['is none where it lasts as long as asked', HOUR, {}, []],
    ['is none at the default maximum of 398 days', 398 * DAY, {}, []],
    [
      'is shortened to the default maximum of 398 days',
      398 * DAY + 1,
      {},
      ["the duration is shortened from 34387201s to 34387200s by the profile's maximum"],
    ],
    [
      'is shortened by the profile',
      2 * DAY,
      { profile: { maxDurationSeconds: DAY } },
      ["the duration is shortened from 172800s to 86400s by the profile's maximum"],
    ],
    [
      'is shortened by the issuing CA',
      HOUR,
      ending(1800),
      ['the duration is shortened from 3600s to 1860s by the lifetime of the issuing CA'],
    ],
    [
      'is shortened by the issuing CA, when both shorten it',
      2 * DAY,
      { profile: { maxDurationSeconds: DAY }, ...ending(HOUR) },
      ['the duration is shortened from 172800s to 3660s by the lifetime of the issuing CA'],
    ],
  ])('%s', ([, duration, rules, expected], { expect }) => {
    expect(warnings(duration, rules)).toEqual(expected)
  })
})
