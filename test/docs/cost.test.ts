/** The model behind the tables of docs/cost.md. */
import { describe, it } from 'vitest'
import { monthlyCost } from '../../docs/tools/cost-model.ts'
import { planLimits } from '../../docs/tools/plan-limits.ts'

const YEAR_HOURS = 8760

describe('monthlyCost', () => {
  it('of one cluster without certificates is the plan, and its health checks', ({ expect }) => {
    const fleet = { clusters: 1, certificates: 0, lifetimeHours: 2160, keptHours: YEAR_HOURS }
    const { requests, objectRequests, rows, dollars } = monthlyCost(fleet)
    expect({ requests, objectRequests, rows, total: dollars.total }).toEqual({
      requests: 43_800,
      objectRequests: 43_800,
      rows: 0,
      total: 5,
    })
  })

  it('has 34 rows and 5 requests for each certificate', ({ expect }) => {
    // One certificate an hour.
    const fleet = { clusters: 1, certificates: 1, lifetimeHours: 1.5, keptHours: 1000 }
    const { issued, rows, requests, objectRequests, gigabytes } = monthlyCost(fleet)
    expect(issued).toBe(730)
    expect(rows).toBe(730 * 34)
    expect(requests + objectRequests).toBe(2 * 43_800 + 730 * 5)
    expect(gigabytes).toBeCloseTo(0.005_46, 6)
  })

  it('is what is above the plan', ({ expect }) => {
    const fleet = { clusters: 1000, certificates: 0, lifetimeHours: 2160, keptHours: YEAR_HOURS }
    const { requests, cpu, objectRequests } = monthlyCost(fleet).dollars
    expect(requests).toBeCloseTo(33.8 * 0.3, 6)
    expect(cpu).toBeCloseTo(13.8 * 0.02, 6)
    expect(objectRequests).toBeCloseTo(42.8 * 0.15, 6)
  })
})

describe('planLimits', () => {
  it('says how far Workers Free reaches', ({ expect }) => {
    const limits = planLimits()
    expect(limits).toContain(
      '4 for a certificate, 1 for each health check: Free is enough for 69 issuers',
    )
    expect(limits).toContain('34 for a certificate: Free is enough for 2,900 certificates a day')
    expect(limits).toContain('5.5 KB for a certificate')
  })
})
