import { it } from 'vitest'
import { formatGoDuration, parseGoDuration } from '../../../relay/src/core/go-duration.ts'

it.for([
  ['2160h0m0s', 7_776_000_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['1.s', 1_000],
  ['250ms', 250],
  ['5us', 0.005],
  ['5µs', 0.005],
  ['7ns', 0.000_007],
  ['0', 0],
  ['0s', 0],
  ['', undefined],
  ['90', undefined],
  ['90d', undefined],
  ['-1h', undefined],
  ['1h ', undefined],
  ['h', undefined],
  ['.s', undefined],
  ['1h-1m', undefined],
  [`${'9'.repeat(64)}h`, undefined],
] as const)('%s is %s ms', ([text, want], { expect }) => {
  const parsed = parseGoDuration(text)
  if (want === undefined) expect(parsed).toBeUndefined()
  else expect(parsed).toBeCloseTo(want, 9)
})

it.for([
  [0, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [60_000, '1m0s'],
  [90_000, '1m30s'],
  [3_600_000, '1h0m0s'],
  [7_776_000_000, '2160h0m0s'],
  [3_661_000, '1h1m1s'],
] as const)('%s ms is %s', ([ms, want], { expect }) => {
  expect(formatGoDuration(ms)).toBe(want)
})
