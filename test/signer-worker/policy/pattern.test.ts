import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { compilePatterns, matchesAny } from '../../../signer-worker/src/policy/pattern.ts'

describe('a pattern', () => {
  it.for([
    ['', '', true],
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'aa', false],
    ['*', '', true],
    ['*', 'a.b/c', true],
    ['**', 'a', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*b', 'ab', true],
    ['a*b', 'acdb', true],
    ['a*b', 'a', false],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*.example', '.example', true],
    ['a*b*c', 'abbc', true],
    ['a*b*c', 'acb', false],
    ['a*b*b', 'ab', false],
    ['a.c', 'abc', false],
    ['[a-z]', 'b', false],
  ] as const)('"%s" against "%s": %s', ([pattern, text, expected], { expect }) => {
    expect(matchesAny(compilePatterns([pattern]), text)).toBe(expected)
  })

  it('is what a regular expression would find', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
    fc.assert(
      fc.property(
        pattern,
        text,
        (glob, found) =>
          matchesAny(compilePatterns([glob]), found) ===
          new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(found),
      ),
      { numRuns: 2000 },
    )
  })

  it('one of several is enough, none is never', ({ expect }) => {
    expect(matchesAny(compilePatterns(['x', 'a*']), 'ab')).toBe(true)
    expect(matchesAny(compilePatterns([]), '')).toBe(false)
  })
})
