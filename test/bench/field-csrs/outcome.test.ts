import { describe, it } from 'vitest'
import { type Outcome, summarize, summaryLines } from '../../../bench/field-csrs/outcome.ts'

const signed: Outcome = { kind: 'signed' }
const byWorker: Outcome = { kind: 'refused', by: 'worker', message: 'w' }
const byWebhook: Outcome = { kind: 'refused', by: 'webhook', message: 'h' }
const invalid: Outcome = { kind: 'invalid', message: 'i' }
const unfinished: Outcome = { kind: 'unfinished', message: 'u' }

const NONE = { ok: 0, failed: 0 }
const UNSEEN = { signed: 0, refused: 0, other: 0 }

describe('the result of a run', () => {
  it.for([
    ['sign', signed, signed, true],
    ['sign', signed, byWorker, false],
    ['sign', byWebhook, signed, false],
    ['sign', signed, invalid, false],
    ['sign', unfinished, signed, false],
    ['refuse', byWorker, byWorker, true],
    ['refuse', byWebhook, byWorker, true],
    ['refuse', byWorker, signed, false],
    ['refuse', byWorker, unfinished, false],
    ['refuse', invalid, invalid, false],
  ] as const)('expected: %s, with %j and %j', ([expected, relay, command, isOk], { expect }) => {
    const { failures, ...counts } = summarize([{ name: 'a', expect: expected, relay, command }])
    expect(failures.map(({ name }) => name)).toEqual(isOk ? [] : ['a'])
    expect(counts).toEqual({
      sign: NONE,
      refuse: NONE,
      either: UNSEEN,
      webhook: UNSEEN,
      underOptions: [],
      [expected]: isOk ? { ok: 1, failed: 0 } : { ok: 0, failed: 1 },
    })
  })

  it('reports what has no expected result', ({ expect }) => {
    const summary = summarize([
      { name: 'a', expect: 'either', relay: signed, command: signed },
      { name: 'b', expect: 'either', relay: byWorker, command: byWorker },
      { name: 'c', expect: 'either', relay: unfinished, command: unfinished },
      { name: 'd', expect: 'webhook', relay: byWebhook, command: signed },
      { name: 'e', expect: 'webhook', relay: byWebhook, command: byWorker },
    ])
    expect(summary).toEqual({
      sign: NONE,
      refuse: NONE,
      either: { signed: 1, refused: 1, other: 1 },
      webhook: { signed: 0, refused: 1, other: 1 },
      underOptions: [],
      failures: [],
    })
  })

  it('names what needs options of the profile, where it is signed under them', ({ expect }) => {
    const { sign, underOptions } = summarize([
      { name: 'a', expect: 'sign', relay: signed, command: signed, isUnderOptions: true },
      { name: 'b', expect: 'sign', relay: byWorker, command: byWorker, isUnderOptions: true },
    ])
    expect({ sign, underOptions }).toEqual({ sign: { ok: 1, failed: 1 }, underOptions: ['a'] })
  })

  it('is printed with each failure and both reasons', ({ expect }) => {
    const lines = summaryLines([
      { name: 'good', expect: 'sign', relay: signed, command: signed },
      { name: 'bad\u001B', expect: 'sign', relay: byWorker, command: unfinished },
      { name: 'odd', expect: 'either', relay: signed, command: byWorker },
    ])
    expect(lines).toEqual([
      'sign         1 ok     1 failed',
      'refuse       0 ok     0 failed',
      'FAILED bad? (expected: sign)',
      '  relay:   refused by the worker: w',
      '  command: no final answer: u',
      'either: odd',
      '  relay:   signed',
      '  command: refused by the worker: w',
    ])
  })
})
