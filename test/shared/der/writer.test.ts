import { concat, integer, octets, octetString, oid, seq } from '@edge-issuer/testbed/pki/x509'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { readDer } from '../../../shared/src/der/read-der.ts'
import type { DerReader } from '../../../shared/src/der/reader.ts'
import * as der from '../../../shared/src/der/writer.ts'

const read = <T>(element: der.Element, grammar: (reader: DerReader) => T): T => {
  const result = readDer({ bytes: der.encode(element), maxBytes: 1_000_000 }, grammar)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('what is written is read again', () => {
  it('object identifiers', () => {
    const arc = fc.nat({ max: Number.MAX_SAFE_INTEGER })
    const dotted = fc
      .tuple(fc.constantFrom('0', '1', '2'), fc.nat({ max: 39 }), fc.array(arc, { maxLength: 6 }))
      .map(([first, second, rest]) => [first, second, ...rest].join('.'))
    fc.assert(
      fc.property(
        dotted,
        (text) => read(der.objectIdentifier(text), (r) => r.objectIdentifier('v')) === text,
      ),
    )
  })

  it('integers', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 31 - 1 }),
        (value) => read(der.smallInteger(value), (r) => r.smallInteger('v')) === value,
      ),
    )
  })

  it('magnitudes of any length', ({ expect }) => {
    const magnitude = fc
      .tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 600 }))
      .map(([first, rest]) => concat(octets(first), rest))
    fc.assert(
      fc.property(magnitude, (value) => {
        expect(read(der.positiveInteger(value), (r) => r.positiveInteger('v'))).toEqual(value)
      }),
    )
  })

  it('octet strings of any length', ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (value) => {
        expect(read(der.octetString(value), (r) => r.primitive('v', 0x04))).toEqual(value)
      }),
      { numRuns: 30 },
    )
  })

  it('named bits', ({ expect }) => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 31 })), (numbers) => {
        const ascending = numbers.toSorted((one, other) => one - other)
        expect(read(der.namedBits(numbers), (r) => r.namedBits('v'))).toEqual(ascending)
      }),
    )
  })

  it('times', () => {
    const [from, to] = [Date.UTC(1950, 0, 1) / 1000, Date.UTC(9999, 11, 31) / 1000]
    fc.assert(
      fc.property(
        fc.integer({ min: from, max: to }),
        (seconds) => read(der.time(seconds * 1000), (r) => r.time('v')) === seconds * 1000,
      ),
    )
  })
})

describe('an element', () => {
  it.for([
    ['a small integer', der.smallInteger(128), integer(0, 128)],
    ['an object identifier', der.objectIdentifier('2.5.29.17'), oid('2.5.29.17')],
    ['explicit', der.explicit(3, der.nullValue()), octets(0xa3, 2, 5, 0)],
    [
      'booleans',
      der.sequence(der.boolean(true), der.boolean(false)),
      octets(0x30, 6, 1, 1, 255, 1, 1, 0),
    ],
    ['bits', der.bitString(octets(1)), octets(3, 2, 0, 1)],
    ['nested', der.sequence(der.octetString(octets(9))), seq(octetString(octets(9)))],
    [
      '32 octets',
      der.octetString(new Uint8Array(32).fill(7)),
      octetString(new Uint8Array(32).fill(7)),
    ],
    [
      '33 octets',
      der.octetString(new Uint8Array(33).fill(7)),
      octetString(new Uint8Array(33).fill(7)),
    ],
    ['128 octets', der.octetString(new Uint8Array(128)), octetString(new Uint8Array(128))],
    ['256 octets', der.octetString(new Uint8Array(256)), octetString(new Uint8Array(256))],
    [
      'elements and octets',
      der.sequence(der.explicit(0, octets(5, 0)), octets(5, 0)),
      octets(0x30, 6, 0xa0, 2, 5, 0, 5, 0),
    ],
  ] as const)('%s is what another writer makes', ([, ours, theirs], { expect }) => {
    expect(der.encode(ours)).toEqual(theirs)
    expect(ours.length).toBe(theirs.length)
  })
})
