import { aKey } from '@edge-issuer/testbed/pki/x509'
/** Malformed and hostile certification requests at the gate, in workerd. */
import { describe, it } from 'vitest'
import { changed } from '../../../support/malformed/base.ts'
import { MALFORMED_CASES } from '../../../support/malformed/cases.ts'
import { evaluateCsr } from '../../../support/malformed/verdict.ts'

describe('a certification request', () => {
  it.for(['P-256', 'Ed25519', 'RSA-2048'] as const)(
    'with a key of kind %s and nothing wrong is accepted',
    (type, { expect }) => {
      expect(evaluateCsr(changed({ key: aKey(type) }))).toEqual({ verdict: 'accepted', words: '' })
    },
  )

  it.for(MALFORMED_CASES)('with %s is refused as %s', ([, verdict, csr, says], { expect }) => {
    const judged = evaluateCsr(csr)
    expect(judged.verdict).toBe(verdict)
    expect(judged.words).toMatch(says)
  })
})
