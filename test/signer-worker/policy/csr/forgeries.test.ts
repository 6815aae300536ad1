/** Signatures that are none at the gate, with the cryptography of workerd (BoringSSL). */
import { describe, it } from 'vitest'
import { evaluateCsr } from '../../../support/malformed/verdict.ts'
import { CONTROLS, FORGERIES } from '../../../support/signatures/forgeries.ts'

describe('a signature', () => {
  it.for(CONTROLS)('of %s is accepted', ([, csr], { expect }) => {
    expect(evaluateCsr(csr).verdict).toBe('accepted')
  })

  it.for(FORGERIES)('of %s is refused as %s', ([, verdict, csr], { expect }) => {
    expect(evaluateCsr(csr).verdict).toBe(verdict)
  })
})
