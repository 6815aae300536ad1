import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { isOlder } from '../../../relay/src/kube/resource-version.ts'

describe('isOlder', () => {
  it('compares as numbers do, however large', ({ expect }) => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), (a, b) => {
        expect(isOlder(String(a), String(b))).toBe(a < b)
      }),
    )
  })

  it.for([
    ['9', '10', true],
    ['10', '9', false],
    ['10', '10', false],
    ['', '10', false],
    ['9', 'x', false],
    ['-1', '1', false],
    ['09', '10', false],
  ] as const)('%o before %o: %s', ([a, b, older], { expect }) => {
    expect(isOlder(a, b)).toBe(older)
  })
})
