import { describe, it } from 'vitest'
import { findRepeated } from '../../../shared/src/x509/repeated.ts'

const texts = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `text ${String(index)}`)

describe('a list of texts', () => {
  it.for([0, 1, 7, 8, 9, 10, 100])('of %i has none of them twice', (count, { expect }) => {
    expect(findRepeated(texts(count))).toBeUndefined()
  })

  it.for([
    [1, 0],
    [7, 0],
    [7, 6],
    [8, 0],
    [8, 7],
    [9, 0],
    [9, 8],
    [100, 3],
    [100, 99],
  ] as const)('of %i has the one at %i again at its end', ([count, index], { expect }) => {
    const again = `text ${String(index)}`
    expect(findRepeated([...texts(count), again])).toBe(again)
  })
})
