// @module-tag AC-14
import { describe, it } from 'vitest'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'

describe('IssuerCooldowns', () => {
  it('holds an issuer for 5 s after its first refusal', ({ expect }) => {
    const holds = new IssuerCooldowns()
    holds.start('a', 'no', 1_000)
    expect(holds.current('a', 5_999)).toMatchObject({ message: 'no', untilMs: 6_000 })
    expect(holds.current('a', 6_000)).toBeUndefined()
    expect(holds.current('b', 1_000)).toBeUndefined()
  })

  it('doubles while refusals repeat, up to 5 min', ({ expect }) => {
    const holds = new IssuerCooldowns()
    const lengths: number[] = []
    let nowMs = 0
    for (let i = 0; i < 8; i += 1) {
      holds.start('a', 'no', nowMs)
      const untilMs = holds.current('a', nowMs)?.untilMs ?? 0
      lengths.push(untilMs - nowMs)
      nowMs = untilMs
    }
    expect(lengths).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  })

  it('counts refusals within a hold as one', ({ expect }) => {
    const holds = new IssuerCooldowns()
    holds.start('a', 'first', 0)
    const first = { message: 'first', untilMs: 5_000 }
    expect(holds.start('a', 'second', 4_999)).toMatchObject(first)
    expect(holds.current('a', 4_999)).toMatchObject(first)
  })

  it('is lifted by a change, but doubles on when that did not help', ({ expect }) => {
    const holds = new IssuerCooldowns()
    holds.start('a', 'no', 0)
    holds.clear('a')
    holds.clear('b')
    expect(holds.current('a', 0)).toBeUndefined()
    expect(holds.current('b', 0)).toBeUndefined()
    holds.start('a', 'no', 1_000)
    expect(holds.current('a', 1_000)?.untilMs).toBe(11_000)
  })

  it('starts over once a request was signed', ({ expect }) => {
    const holds = new IssuerCooldowns()
    holds.start('a', 'no', 0)
    holds.forget('a')
    expect(holds.current('a', 0)).toBeUndefined()
    holds.start('a', 'no', 10_000)
    expect(holds.current('a', 10_000)?.untilMs).toBe(15_000)
  })
})
