import { it } from 'vitest'
import { capacityOf, keptBytes } from '../../../relay/src/core/capacity.ts'

it('three quarters of the heap are for objects, at most', ({ expect }) => {
  const shares = Object.values(capacityOf(1_000))
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(750)
  expect(capacityOf(2_000).issuers).toBe(2 * capacityOf(1_000).issuers)
})

it('what is counted of an object grows with its texts, in bytes', ({ expect }) => {
  const bytes = keptBytes({ a: '' })
  expect(bytes).toBeGreaterThan(1_000)
  expect(keptBytes({ a: 'x'.repeat(100) })).toBe(bytes + 100)
  expect(keptBytes({ a: '…'.repeat(100) })).toBe(bytes + 300)
})
