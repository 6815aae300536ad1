/** Wildcards, whole and partial, against name constraints. */
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { checkNameConstraints } from '../../../../signer-worker/src/policy/names/name-constraints.ts'
import { isNameWithin } from '../../../../signer-worker/src/policy/names/subtree.ts'
import { cases } from '../../../support/property.ts'

/** Fault of a common name, or a DNS name, under CAs that exclude a domain. */
const excludes = (base: string, value: string): boolean =>
  checkNameConstraints({ kind: 'dns', value }, [
    { permitted: [], excluded: [{ kind: 'dns', value: base }] },
  ]) !== undefined

const permits = (base: string, value: string): boolean =>
  checkNameConstraints({ kind: 'dns', value }, [
    { permitted: [{ kind: 'dns', value: base }], excluded: [] },
  ]) === undefined

describe('a wildcard stands for names that are excluded', () => {
  it.for([
    ['a.example', '*.example', true],
    ['a.example', '*.a.example', true],
    ['a.example', 'a*.example', true],
    ['a.example', '*a.example', true],
    ['abc.example', 'a*c.example', true],
    ['abc.example', 'a*b*c.example', true],
    ['ABC.example', 'a*C.Example', true],
    ['abc.example', 'b*.example', false],
    ['abc.example', 'a*d.example', false],
    ['a.example', '*.com', false],
    ['a.example', '*', false],
    ['example', '*', true],
    ['example', 'ex*', true],
    ['a.example', '*.*', true],
    ['a.example', 'a.*', true],
    ['a.example', 'b.*', false],
    ['a.example', 'w.*.example', true],
    ['a.example', 'w.b*.example', false],
    ['b.a.example', '*.example', false],
    ['b.a.example', '*.a.example', true],
    ['b.a.example', 'b.*.example', true],
    // Only names below it are excluded; a wildcard label stands for one label.
    ['.a.example', '*.a.example', true],
    ['.a.example', 'w.*.example', true],
    ['', '*.example', true],
    ['', '*', true],
  ] as const)('%s by %s: %s', ([base, value, expected], { expect }) => {
    expect(excludes(base, value)).toBe(expected)
  })

  it('exactly where one of its names is', () => {
    const label = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 3 })
    const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'))
    const plain = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 })
    const base = fc.array(plain, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'))
    const one = ['', 'a', 'b']
    const fillings = [...new Set(one.flatMap((x) => one.flatMap((y) => one.map((z) => x + y + z))))]
    const instances = (text: string): readonly string[] => {
      const at = text.indexOf('*')
      if (at < 0) return [text]
      return fillings.flatMap((filling) =>
        instances(text.slice(0, at) + filling + text.slice(at + 1)),
      )
    }
    fc.assert(
      fc.property(
        name.filter((text) => text.split('*').length <= 3),
        base,
        (value, excluded) => {
          const isOne = instances(value).some((instance) =>
            isNameWithin({ kind: 'dns', value: instance }, { kind: 'dns', value: excluded }),
          )
          return excludes(excluded, value) === isOne
        },
      ),
      cases(2000),
    )
  })

  it('but not for names that are permitted, unless all of them are', () => {
    const part = fc.constantFrom('a', 'b', '*', '.')
    const text = fc.string({ unit: part, minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('a', 'b', 'a.b', '.a', '.a.b', ''),
        fc.constantFrom('', 'x', 'a', 'b', 'ab'),
        (value, base, filling) =>
          !permits(base, value) || permits(base, value.replaceAll('*', filling)),
      ),
      cases(3000),
    )
  })
})
