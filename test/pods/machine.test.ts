/**
 * Whether the other tests here are skipped. With `EDGE_ISSUER_REQUIRE_NODE` that is a failure, of this
 * one.
 *
 * @module
 */
import { describe, inject, it } from 'vitest'

const missing = inject('missingForNode')
const isRequired = (process.env['EDGE_ISSUER_REQUIRE_NODE'] ?? '') !== ''

describe.skipIf(missing.length > 0 && !isRequired)('this machine', () => {
  it('has all that a node needs', ({ expect }) => {
    expect(missing).toEqual([])
  })
})
