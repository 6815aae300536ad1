import { aKey, type KeyType, makeAuthority, octets, seq } from '@edge-issuer/testbed/pki/x509'
/** What holds for every certification request there is, over more than ten thousand of them. */
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { encodeBase64 } from '../../../shared/src/index.ts'
import { parseCertificationRequest } from '../../../shared/src/x509/index.ts'
import { readCsr } from '../../../signer-worker/src/policy/csr/csr.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'
import { csrArbitrary } from '../../support/csr-arbitrary.ts'
import { encodeCsr } from '../../support/csr-encoder.ts'
import { normalForm } from '../../support/csr-normal-form.ts'
import { mutationOf } from '../../support/der-mutation.ts'
import { changed } from '../../support/malformed/base.ts'
import { cases } from '../../support/property.ts'
import { readAnything } from '../../support/read-anything.ts'

const KEY_TYPES: readonly KeyType[] = ['P-256', 'P-384', 'Ed25519', 'RSA-2048']
const profile = profileSchema.parse({})
const gate = (der: Uint8Array): boolean => readCsr(encodeBase64(der), profile).ok

/**
 * Whether a request that was read is put together again from its facts; `undefined` when it is refused,
 * as policy does where the signature algorithm is not supported.
 */
function isPutTogether(der: Uint8Array): boolean | undefined {
  const read = parseCertificationRequest(der)
  if (!read.ok || read.value.signatureAlgorithm.kind === 'unsupported') return undefined
  return Buffer.from(encodeCsr(read.value)).equals(normalForm(der))
}

describe('a certification request that is accepted', () => {
  it('is put together again from what was read, octet for octet of its normal form', () => {
    fc.assert(
      fc.property(csrArbitrary, (der) => isPutTogether(der) === true),
      cases(1200),
    )
  })

  it('is put together again even when it is a mutation', ({ expect }) => {
    let accepted = 0
    const samples = fc.sample(csrArbitrary, { numRuns: 60, seed: 1 })
    fc.assert(
      fc.property(mutationOf(fc.constantFrom(...samples)), (der) => {
        const isSame = isPutTogether(der)
        if (isSame === true) accepted += 1
        return isSame !== false
      }),
      cases(3000),
    )
    // Most mutations are refused, but not all: or this would say nothing.
    expect(accepted).toBeGreaterThan(100)
  })

  it.for(KEY_TYPES)(
    'with a key of kind %s is not any more, after one octet is changed',
    (type, { expect }) => {
      const valid = changed({ key: aKey(type) })
      expect(gate(valid)).toBe(true)
      const change = fc.record({
        at: fc.nat({ max: valid.length - 1 }),
        by: fc.integer({ min: 1, max: 255 }),
      })
      fc.assert(
        fc.property(change, ({ at, by }) => !gate(valid.with(at, (valid[at] ?? 0) ^ by))),
        cases(600),
      )
    },
  )
})

describe('whatever the octets are, a reader answers in time', () => {
  const samples = [
    ...fc.sample(csrArbitrary, { numRuns: 60, seed: 2 }),
    makeAuthority({ issuer: makeAuthority() }).der,
  ]
  const sample = fc.constantFrom(...samples)

  it('to noise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), readAnything), cases(1000))
  })

  it('to noise that begins as a request does', () => {
    const noise = fc
      .uint8Array({ maxLength: 120 })
      .map((rest) => seq(seq(octets(2, 1, 0), rest), rest))
    fc.assert(fc.property(noise, readAnything), cases(1000))
  })

  it('to what is cut short', () => {
    const cut = fc.tuple(sample, fc.nat()).map(([der, at]) => der.subarray(0, at % der.length))
    fc.assert(fc.property(cut, readAnything), cases(800))
  })

  it('to octets that are changed, left out or put in', () => {
    const mutated = fc
      .tuple(sample, fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 3 }))
      .map(([der, start, removed, inserted]) => {
        const at = start % der.length
        return new Uint8Array([...der.subarray(0, at), ...inserted, ...der.subarray(at + removed)])
      })
    fc.assert(fc.property(mutated, readAnything), cases(1200))
  })

  it('to mutations of the structure', () => {
    fc.assert(fc.property(mutationOf(sample), readAnything), cases(1200))
  })
})
