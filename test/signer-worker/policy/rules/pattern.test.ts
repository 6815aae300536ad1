import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  compilePatterns,
  inNamespace,
  matchesAny,
} from '../../../../signer-worker/src/policy/rules/pattern.ts'

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
        const patterns = inNamespace(compilePatterns([pattern]), namespace)
        expect(matchesAny(patterns, text)).toBe(expected)
      },
    )

    it('matches nothing without a namespace, not even itself', ({ expect }) => {
      const patterns = compilePatterns(['*.{namespace}.svc', 'shared.svc'])
      expect(matchesAny(patterns, 'x.{namespace}.svc')).toBe(false)
      expect(matchesAny(patterns, 'shared.svc')).toBe(true)
    })

    it('is shown with the namespace, and leaves the others as they are', ({ expect }) => {
      const patterns = inNamespace(compilePatterns(['*.{namespace}.svc', 'shared.svc']), 'a')
      expect(patterns.texts).toEqual(['*.a.svc', 'shared.svc'])
      expect(matchesAny(patterns, 'shared.svc')).toBe(true)
    })

    it('a folded pattern still has it', ({ expect }) => {
      const patterns = compilePatterns(['*.{namespace}.SVC'], (text) => text.toLowerCase())
      expect(matchesAny(inNamespace(patterns, 'a'), 'x.a.svc')).toBe(true)
    })
  })
})
