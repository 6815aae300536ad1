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

  describe('with {namespace}', () => {
    it.for([
      ['*.{namespace}.svc', 'web.team-a.svc', 'team-a', true],
      ['*.{namespace}.svc', 'web.team-b.svc', 'team-a', false],
      ['*.{namespace}.svc', 'a.b.team-a.svc', 'team-a', true],
      ['{namespace}', 'team-a', 'team-a', true],
      ['{namespace}/{namespace}', 'a/a', 'a', true],
      ['{namespace}/{namespace}', 'a/b', 'a', false],
      ['{namespace}*', 'team-a', 'team-a', true],
      // A cluster-scoped request has no namespace.
      ['*.{namespace}.svc', 'web..svc', '', false],
      ['*{namespace}', '', '', false],
      ['{namespace}', '', undefined, false],
      // A namespace is never a pattern, a replacement pattern or a placeholder.
      ['*.{namespace}.svc', 'web.team-b.svc', '*', false],
      ['*.{namespace}.svc', 'web.*.svc', '*', false],
      ['{namespace}', 'a$&', 'a$&', false],
      ['{namespace}', '{namespace}', '{namespace}', false],
      // Nor anything else that is not a DNS label.
      ['*.{namespace}', 'web.a.evil', 'a.evil', false],
      ['{namespace}', 'A', 'A', false],
    ] as const)(
      '"%s" against "%s" from "%s": %s',
      ([pattern, text, namespace, expected], { expect }) => {
        expect(matchesAny(compilePatterns([pattern]), text, namespace)).toBe(expected)
      },
    )

    it('patterns without it match from every namespace, and from none', ({ expect }) => {
      const patterns = compilePatterns(['*.{namespace}.svc', 'shared.svc'])
      expect(matchesAny(patterns, 'shared.svc', 'a')).toBe(true)
      expect(matchesAny(patterns, 'shared.svc', '')).toBe(true)
      expect(matchesAny(patterns, 'shared.svc')).toBe(true)
      expect(matchesAny(patterns, 'x.a.svc')).toBe(false)
    })

    it('a folded pattern still has it', ({ expect }) => {
      const patterns = compilePatterns(['*.{namespace}.SVC'], (text) => text.toLowerCase())
      expect(matchesAny(patterns, 'x.a.svc', 'a')).toBe(true)
    })
  })
})
