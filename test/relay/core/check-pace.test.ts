import { it } from 'vitest'
import { checkPaceMs } from '../../../relay/src/core/check-pace.ts'

it.for([
  [0, 0],
  [1, 0],
  [100, 0],
  [101, 60_600],
  [10_000, 6_000_000],
] as const)(
  'of %i Issuers each is checked no sooner than after %i ms',
  ([issuers, ms], { expect }) => {
    expect(checkPaceMs(issuers)).toBe(ms)
  },
)
