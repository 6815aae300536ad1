// @module-tag AC-14
import { describe, it } from 'vitest'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'

describe('IssuerCooldowns', () => {
  it('cooldowns an issuer for 5 s after its first refusal', ({ expect }) => {
    const cooldowns = new IssuerCooldowns()
    cooldowns.start('a', 'no', 1_000)
    expect(cooldowns.current('a', 5_999)).toMatchObject({ message: 'no', untilMs: 6_000 })
    expect(cooldowns.current('a', 6_000)).toBeUndefined()
    expect(cooldowns.current('b', 1_000)).toBeUndefined()
  })

  it('doubles while refusals repeat, up to 5 min', ({ expect }) => {
    const cooldowns = new IssuerCooldowns()
    const lengths: number[] = []
    let nowMs = 0
    for (let i = 0; i < 8; i += 1) {
      cooldowns.start('a', 'no', nowMs)
      const untilMs = cooldowns.current('a', nowMs)?.untilMs ?? 0
      lengths.push(untilMs - nowMs)
      nowMs = untilMs
    }
    expect(lengths).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  })

  it('counts refusals within a hold as one', ({ expect }) => {
    const cooldowns = new IssuerCooldowns()
    cooldowns.start('a', 'first', 0)
    const first = { message: 'first', untilMs: 5_000 }
    expect(cooldowns.start('a', 'second', 4_999)).toMatchObject(first)
    expect(cooldowns.current('a', 4_999)).toMatchObject(first)
  })

  it('is lifted by a change, but doubles on when that did not help', ({ expect }) => {
    const cooldowns = new IssuerCooldowns()
    cooldowns.start('a', 'no', 0)
    cooldowns.clear('a')
    cooldowns.clear('b')
    expect(cooldowns.current('a', 0)).toBeUndefined()
    expect(cooldowns.current('b', 0)).toBeUndefined()
    cooldowns.start('a', 'no', 1_000)
    expect(cooldowns.current('a', 1_000)?.untilMs).toBe(11_000)
  })

  it('starts over once a request was signed', ({ expect }) => {
    const cooldowns = new IssuerCooldowns()
    cooldowns.start('a', 'no', 0)
    cooldowns.forget('a')
    expect(cooldowns.current('a', 0)).toBeUndefined()
    cooldowns.start('a', 'no', 10_000)
    expect(cooldowns.current('a', 10_000)?.untilMs).toBe(15_000)
  })
})
