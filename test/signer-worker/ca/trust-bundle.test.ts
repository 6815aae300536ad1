import { it } from 'vitest'
import { distinctRoots, trustBundle } from '../../../signer-worker/src/ca/trust-bundle.ts'

it('two intermediates under one root make one root', ({ expect }) => {
  const cas = ['A', 'A', 'B'].map((rootPem) => ({ rootPem }))
  expect(distinctRoots(cas)).toEqual(['A', 'B'])
})

it.for([
  ['the active CA', 'A', ['A', 'B'], 'AB'],
  ['another CA of today', 'B', ['A', 'B'], 'BA'],
  ['a CA that is gone', 'Z', ['A', 'B'], 'ZAB'],
  ['the only CA', 'A', ['A'], 'A'],
] as const)(
  'the bundle of a certificate by %s begins with its own root',
  ([, root, roots, expected], { expect }) => {
    expect(trustBundle(root, roots)).toBe(expected)
  },
)
