import { describe, it } from 'vitest'
import { isUnfair, type Measured, summarize, table } from '../../../bench/fairness/summary.ts'

const measured = (attackedMs: number): Measured => ({
  name: 'sign-64',
  hostile: 'Issuer',
  before: { Issuer: [100, 50], ClusterIssuer: [200] },
  attacked: { Issuer: [attackedMs, 60], ClusterIssuer: [100] },
})

describe('summary of the fairness benchmark', () => {
  it('has the ratio of each attack to what was measured without any', ({ expect }) => {
    const figures = summarize([measured(150), measured(120)])
    expect(figures.withoutAttack.Issuer).toEqual({ p50Ms: 50, p99Ms: 100 })
    expect(figures.attacks.map(({ healthy }) => healthy.Issuer)).toEqual([
      { p50Ms: 60, p99Ms: 150, ratio: 1.5 },
      { p50Ms: 60, p99Ms: 120, ratio: 1.2 },
    ])
    expect(figures.worst).toEqual({ ratio: 1.5, p99Ms: 150 })
    expect(table(figures).at(-1)).toBe('worst ratio 1.50, worst p99 150 ms')
  })

  it.for([
    [200, false],
    [201, true],
  ] as const)('a p99 of %d ms where 100 is usual: unfair is %s', ([p99Ms, want], { expect }) => {
    expect(isUnfair(summarize([measured(p99Ms)]))).toBe(want)
  })

  it('two seconds are unfair, whatever is usual', ({ expect }) => {
    const slow = measured(2_000)
    expect(isUnfair(summarize([{ ...slow, before: slow.attacked }]))).toBe(true)
  })
})
