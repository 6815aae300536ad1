/** The value below which `share` (0 to 1) of the values are: the nearest rank. @throws without values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  const value = sorted[rank - 1]
  if (value === undefined) throw new Error('there is nothing to take a percentile of')
  return value
}

/** The middle one; of two middle ones, the lower. */
export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** Rounds to `digits` after the point, for output. */
export const round = (value: number, digits: number): number => Number(value.toFixed(digits))
