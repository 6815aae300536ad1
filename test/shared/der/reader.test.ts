import {
  bitString,
  integer,
  NULL,
  octets,
  octetString,
  seq,
  set,
  tlv,
  TRUE,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { readDer } from '../../../shared/src/der/read-der.ts'
import type { DerReader } from '../../../shared/src/der/reader.ts'

const read = (bytes: Uint8Array, grammar: (reader: DerReader) => unknown): string => {
  const result = readDer({ bytes, maxBytes: 100_000 }, grammar)
  return result.ok ? `ok ${JSON.stringify(result.value)}` : result.error.message
}

const breakDown = (): never => {
  throw new Error('a fault of the program')
}

describe('headers', () => {
  it.for([
    ['no octets', [], 'value is missing (at octet 0)'],
    ['a tag and nothing else', [0x30], 'value is cut short (at octet 0)'],
    ['contents that are cut short', [0x30, 3, 5, 0], 'value is cut short (at octet 0)'],
    ['a length that is cut short', [0x30, 0x82, 1], 'value is cut short (at octet 0)'],
    ['the indefinite form', [0x30, 0x80, 0, 0], 'value has an indefinite length (at octet 0)'],
    [
      'a short length in the long form',
      [0x30, 0x81, 0],
      'value has a length that is not in its shortest form (at octet 0)',
    ],
    [
      'a long length with a leading zero',
      [0x30, 0x82, 0, 0x80],
      'value has a length that is not in its shortest form (at octet 0)',
      128,
    ],
    [
      'a length of four octets',
      [0x30, 0x84, 0, 0, 0, 0],
      'value has a length of more than 3 octets (at octet 0)',
    ],
    ['a tag number above 30', [0x3f, 0x1f, 0], 'value has a tag number above 30 (at octet 0)'],
    ['another tag', [0x31, 0], 'value is SET; expected SEQUENCE (at octet 0)'],
    [
      'a tag of another class',
      [0x61, 0],
      'value is [APPLICATION 1] constructed; expected SEQUENCE (at octet 0)',
    ],
    ['octets behind the value', [0x30, 0, 0], 'the input has 1 octets too many (at octet 2)'],
    ['octets that nothing takes', [0x30, 2, 5, 0], 'value has 2 octets too many (at octet 2)'],
  ] as const)('%s are refused', ([, header, message, filler = 0], { expect }) => {
    const bytes = octets(...header, ...Array.from({ length: filler }, () => 0))
    expect(read(bytes, (reader) => reader.sequence('value').end())).toBe(message)
  })

  it.for([0, 1, 127, 128, 255, 256, 65_535, 65_536])(
    'contents of %i octets are read',
    (length, { expect }) => {
      const header = lengthOf(length)
      const bytes = new Uint8Array(1 + header.length + length)
      bytes.set([0x04, ...header])
      expect(read(bytes, (reader) => reader.primitive('value', 0x04).length)).toBe(
        `ok ${String(length)}`,
      )
    },
  )

  it('an input over the limit is not looked at', ({ expect }) => {
    expect(readDer({ bytes: octets(5, 0, 0), maxBytes: 2 }, breakDown)).toEqual({
      ok: false,
      error: {
        code: 'input_too_large',
        octet: 2,
        message: 'it has 3 octets, which exceeds the maximum of 2',
      },
    })
  })
})

/** X.690 §8.1.3, by hand. */
function lengthOf(length: number): readonly number[] {
  if (length < 128) return [length]
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return [0x80 + bytes.length, ...bytes]
}

describe('nesting', () => {
  const nest = (depth: number): Uint8Array => (depth === 0 ? NULL : seq(nest(depth - 1)))
  const descend = (reader: DerReader): void => {
    if (reader.nextTag === 0x05) reader.any('bottom')
    else descend(reader.sequence('a'))
  }

  it('sixteen levels are read', ({ expect }) => {
    expect(read(nest(16), descend)).toBe('ok undefined')
  })

  it('seventeen levels are too many', ({ expect }) => {
    expect(read(nest(17), descend)).toMatch(/\.a is nested too deeply/)
  })

  it('a refusal says the whole way to the field', ({ expect }) => {
    const bytes = seq(NULL, set(seq(integer(1), integer(0, 1))))
    expect(read(bytes, readPairs)).toBe(
      'outer.list[0].two is an INTEGER that is not in its shortest form (at octet 11)',
    )
  })
})

const readPairs = (reader: DerReader): unknown => {
  const outer = reader.sequence('outer')
  outer.any('nothing')
  const inner = outer.setOf('list').sequence(0)
  return [inner.smallInteger('one'), inner.smallInteger('two')]
}

const readSet = (reader: DerReader): unknown =>
  reader.setOf('set').list((list, index) => list.smallInteger(String(index)))

describe('SET OF', () => {
  it('ascending elements are read', ({ expect }) => {
    expect(read(set(integer(1), integer(2), integer(1, 0)), readSet)).toBe('ok [1,2,256]')
  })

  it.for([
    ['descending', set(integer(2), integer(1)), 'is not in the order of DER (X.690 §11.6)'],
    ['equal', set(integer(1), integer(1)), 'is there twice'],
    ['longer before shorter', set(integer(1, 0), integer(2)), 'is not in the order of DER'],
  ] as const)('%s elements are refused', ([, bytes, words], { expect }) => {
    expect(read(bytes, readSet)).toContain(`set[1] ${words}`)
  })

  it('an element that is cut short is refused', ({ expect }) => {
    expect(read(set(octets(2, 5, 1)), readSet)).toBe('set[0] is cut short (at octet 2)')
  })
})

describe('an element and what it is held against', () => {
  const element = octetString(octets(1, 2, 3))

  it.for([
    ['itself', element, true],
    ['its beginning', element.subarray(0, 4), false],
    ['more than it', octets(4, 3, 1, 2, 3, 0), false],
    ['another tag', octets(5, 3, 1, 2, 3), false],
    ['another octet', octets(4, 3, 1, 2, 4), false],
    ['nothing', octets(), false],
  ] as const)('as a whole: %s', ([, other, expected], { expect }) => {
    expect(read(element, (reader) => reader.anyMatches('v', other))).toBe(`ok ${String(expected)}`)
  })
})

const readFirstLast = (reader: DerReader): unknown => {
  const list = reader.sequence('list')
  const first = list.readerOf(list.any('first'))
  const second = list.smallInteger('second')
  const result = [first.raw.length, first.smallInteger('first'), second]
  first.end()
  list.end()
  return result
}

const readNull = (reader: DerReader): unknown => {
  const list = reader.sequence('list')
  list.any('first')
  return list.readerOf(list.any('second')).sequence('second').primitive('number', 5)
}

describe('a reader of an element that was taken', () => {
  it('takes it again, gives it whole, and ends after it', ({ expect }) => {
    expect(read(seq(integer(1), integer(2)), readFirstLast)).toBe('ok [3,1,2]')
  })

  it('reports errors where the element is', ({ expect }) => {
    expect(read(seq(integer(1), seq(integer(2))), readNull)).toBe(
      'list.second.number is INTEGER; expected NULL (at octet 7)',
    )
  })
})

const readBits = (reader: DerReader): unknown => {
  const bits = reader.insideBitString('bits')
  return [bits.contents.length, bits.smallInteger('number')]
}

describe('fields', () => {
  it.for([
    [
      'a stated default',
      octets(1, 1, 0),
      'f.flag encodes the default FALSE, which DER omits (X.690 §11.5)',
    ],
    ['a default that is left out', NULL, 'ok false'],
    ['what is not the default', TRUE, 'ok true'],
  ] as const)('%s', ([, bytes, expected], { expect }) => {
    const found = read(seq(bytes), readFlag)
    expect(found.replace(' (at octet 2)', '')).toBe(expected)
  })

  it('goes inside a BIT STRING, past the count of unused bits', ({ expect }) => {
    expect(read(bitString(integer(7)), readBits)).toBe('ok [3,7]')
  })

  it('a constructed OCTET STRING is no OCTET STRING', ({ expect }) => {
    expect(read(tlv(0x24, octetString(octets(1))), (reader) => reader.primitive('v', 0x04))).toBe(
      'v is in the constructed form, which DER does not allow (X.690 §10.2) (at octet 0)',
    )
  })
})

const readFlag = (reader: DerReader): unknown => {
  const fields = reader.sequence('f')
  const flag = fields.booleanDefaultFalse('flag')
  fields.list((rest, index) => rest.any(index))
  return flag
}

it('what is no refusal is thrown on', ({ expect }) => {
  expect(() => readDer({ bytes: NULL, maxBytes: 9 }, breakDown)).toThrow('a fault of the program')
})
