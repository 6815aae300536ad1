import { octets, oid, tlv } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { readDer } from '../../../shared/src/der/read-der.ts'
import type { DerReader } from '../../../shared/src/der/reader.ts'

/** The value in JSON, or the code of the refusal. */
const outcomeOf = (element: Uint8Array, take: (reader: DerReader) => unknown): string => {
  const result = readDer({ bytes: element, maxBytes: 200 }, take)
  if (!result.ok) return result.error.code
  const { value } = result
  return JSON.stringify(value instanceof Uint8Array ? [...value] : value)
}

const UTF8 = 0x0c
const PRINTABLE = 0x13
const TELETEX = 0x14
const IA5 = 0x16
const BMP = 0x1e
const NUMERIC = 0x12

const readFlag = (reader: DerReader): unknown => reader.booleanDefaultFalse('v')
const readOptional = (reader: DerReader): unknown => {
  const fields = reader.sequence('s')
  const flag = fields.optionalBoolean('v')
  fields.end()
  return flag
}
const readSmall = (reader: DerReader): unknown => reader.smallInteger('v')
const readPositive = (reader: DerReader): unknown => reader.positiveInteger('v')
const readWholeOctets = (reader: DerReader): unknown => {
  const inside = reader.insideBitString('v')
  inside.list((rest, index) => rest.any(index))
  return inside.contents
}
const readNamedBits = (reader: DerReader): unknown => reader.namedBits('v')
const readPaddedBits = (reader: DerReader): unknown => reader.paddedNamedBits('v')
const readOid = (reader: DerReader): unknown => reader.objectIdentifier('v')
const readText = (reader: DerReader): unknown => reader.string('v').text

describe('BOOLEAN', () => {
  it.for([
    ['FF', [0xff], 'true'],
    ['00', [0x00], 'default_stated'],
    ['01', [0x01], 'boolean_not_der'],
    ['nothing', [], 'boolean_length'],
    ['two octets', [0xff, 0xff], 'boolean_length'],
  ] as const)('%s', ([, contents, expected], { expect }) => {
    expect(outcomeOf(tlv(1, octets(...contents)), readFlag)).toBe(expected)
  })
})

describe('BOOLEAN that may state FALSE', () => {
  it.for([
    ['FF', tlv(1, octets(0xff)), 'true'],
    ['00', tlv(1, octets(0)), 'false'],
    ['01', tlv(1, octets(1)), 'boolean_not_der'],
    ['another type', tlv(5), 'field_unexpected'],
    ['nothing', octets(), 'false'],
  ] as const)('%s', ([, element, expected], { expect }) => {
    expect(outcomeOf(tlv(0x30, element), readOptional)).toBe(expected)
  })
})

describe('INTEGER', () => {
  it.for([
    ['0', [0], '0', 'integer_zero'],
    ['127', [127], '127', '[127]'],
    ['128', [0, 128], '128', '[128]'],
    ['2³¹ − 1', [127, 255, 255, 255], '2147483647', '[127,255,255,255]'],
    ['2³¹', [0, 128, 0, 0, 0], 'integer_too_large', '[128,0,0,0]'],
    ['−1', [255], 'integer_negative', 'integer_negative'],
    ['−128', [128], 'integer_negative', 'integer_negative'],
    ['nothing', [], 'integer_empty', 'integer_empty'],
    ['127 behind a zero', [0, 127], 'integer_not_minimal', 'integer_not_minimal'],
    ['0 behind a zero', [0, 0], 'integer_not_minimal', 'integer_not_minimal'],
    ['−1 in two octets', [255, 255], 'integer_not_minimal', 'integer_not_minimal'],
    ['−129', [255, 127], 'integer_negative', 'integer_negative'],
  ] as const)('%s', ([, contents, small, positive], { expect }) => {
    expect(outcomeOf(tlv(2, octets(...contents)), readSmall)).toBe(small)
    expect(outcomeOf(tlv(2, octets(...contents)), readPositive)).toBe(positive)
  })

  it('that ends the input is not read beyond it', ({ expect }) => {
    const behind = octets(2, 1, 0, 0x7f)
    expect(outcomeOf(behind.subarray(0, 3), readSmall)).toBe('0')
  })
})

describe('BIT STRING', () => {
  it.for([
    ['whole octets', [0, 5, 0], '[5,0]', 'named_bits_not_minimal', '[5,7]'],
    ['three unused bits', [3, 0x08], 'bit_string_unused_bits', '[4]', '[4]'],
    ['nothing', [], 'bit_string_empty', 'bit_string_empty', 'bit_string_empty'],
    ['no bits', [0], '[]', '[]', '[]'],
    [
      'no bits, one of them unused',
      [1],
      'bit_string_unused_bits',
      'named_bits_padding',
      'named_bits_padding',
    ],
    ['a trailing zero bit', [4, 0xa0], 'bit_string_unused_bits', 'named_bits_not_minimal', '[0,2]'],
    ['only zero bits', [1, 0, 0], 'bit_string_unused_bits', 'named_bits_not_minimal', '[]'],
    [
      'an unused bit that is set',
      [5, 0xa1],
      'bit_string_unused_bits',
      'named_bits_padding',
      'named_bits_padding',
    ],
    [
      'an unused bit that is set, behind a zero bit',
      [5, 0x81],
      'bit_string_unused_bits',
      'named_bits_not_minimal',
      'named_bits_padding',
    ],
    [
      'eight unused bits',
      [8, 0xa0],
      'bit_string_unused_bits',
      'named_bits_padding',
      'named_bits_padding',
    ],
    ['nine bits', [7, 0, 0x80], 'bit_string_unused_bits', '[8]', '[8]'],
    ['32 bits', [0, 4, 2, 0, 1], '[4,2,0,1]', '[5,14,31]', '[5,14,31]'],
    ['40 bits', [0, 4, 3, 0, 0, 1], '[4,3,0,0,1]', 'named_bits_too_many', 'named_bits_too_many'],
  ] as const)('%s', ([, contents, whole, named, padded], { expect }) => {
    expect(outcomeOf(tlv(3, octets(...contents)), readWholeOctets)).toBe(whole)
    expect(outcomeOf(tlv(3, octets(...contents)), readNamedBits)).toBe(named)
    expect(outcomeOf(tlv(3, octets(...contents)), readPaddedBits)).toBe(padded)
  })
})

describe('OBJECT IDENTIFIER', () => {
  it.for([
    '0.0',
    '0.39',
    '1.0',
    '1.39',
    '2.0',
    '2.39',
    '2.999',
    '2.5.29.17',
    '1.2.840.113549.1.1.11',
    '1.3.9007199254740991',
  ])('%s is read', (dotted, { expect }) => {
    expect(outcomeOf(oid(dotted), readOid)).toBe(JSON.stringify(dotted))
  })

  it.for([
    ['no contents', octets(), 'oid_truncated'],
    ['an arc that goes on', octets(0x55, 0x9d), 'oid_truncated'],
    ['an arc with a leading zero', octets(0x55, 0x80, 0x1d), 'oid_not_minimal'],
    ['a first arc with a leading zero', octets(0x80, 0x55), 'oid_not_minimal'],
    ['an arc of 2⁵³', oid('1.3.9007199254740992').subarray(2), 'oid_arc_too_large'],
    ['65 octets', new Uint8Array(65), 'oid_too_long'],
  ] as const)('%s is refused', ([, contents, expected], { expect }) => {
    expect(outcomeOf(tlv(6, contents), readOid)).toBe(expected)
  })

  it('64 octets are read', ({ expect }) => {
    expect(outcomeOf(tlv(6, new Uint8Array(64)), readOid)).toMatch(/^"0\.0\.0\.0/)
  })

  it('one that differs from a known one in one octet is another', ({ expect }) => {
    const known = oid('2.5.29.17')
    for (const at of [2, 3, 4]) {
      const other = known.with(at, (known[at] ?? 0) ^ 1)
      expect(outcomeOf(other, readOid)).not.toBe('"2.5.29.17"')
    }
    // The same hash, since 85 × 31 + 29 = 84 × 31 + 60.
    expect(outcomeOf(octets(6, 3, 84, 60, 17), readOid)).toBe('"2.4.60.17"')
  })
})

describe('strings', () => {
  it.for([
    ['UTF8String', UTF8, [...Buffer.from('Zürich')], '"Zürich"'],
    ['UTF8String with a byte order mark', UTF8, [0xef, 0xbb, 0xbf], '"\uFEFF"'],
    ['UTF8String that is latin-1', UTF8, [0xfc], 'string_not_utf8'],
    ['UTF8String in too many octets', UTF8, [0xc0, 0x80], 'string_not_utf8'],
    ['UTF8String with half a surrogate pair', UTF8, [0xed, 0xa0, 0x80], 'string_not_utf8'],
    ['UTF8String that is cut short', UTF8, [0x61, 0xc3], 'string_not_utf8'],
    ['UTF8String with a NUL', UTF8, [0x61, 0], 'string_has_nul'],
    [
      'UTF8String with a NUL behind a letter of two octets',
      UTF8,
      [0xc3, 0xbc, 0],
      'string_has_nul',
    ],
    ['PrintableString', PRINTABLE, [...Buffer.from("A9 '()+,-./:=?")], `"A9 '()+,-./:=?"`],
    ['PrintableString with * and &', PRINTABLE, [0x2a, 0x26], '"*&"'],
    ['PrintableString with @', PRINTABLE, [0x40], 'string_not_printable'],
    ['PrintableString with _', PRINTABLE, [0x5f], 'string_not_printable'],
    ['PrintableString with an eighth bit', PRINTABLE, [0xc1], 'string_not_printable'],
    ['PrintableString with a NUL', PRINTABLE, [0], 'string_has_nul'],
    ['IA5String', IA5, [0x7f], '"\u007f"'],
    ['IA5String with an eighth bit', IA5, [0x80], 'string_not_ascii'],
    ['IA5String with a NUL', IA5, [0], 'string_has_nul'],
    ['no characters', UTF8, [], '""'],
    ['TeletexString', TELETEX, [0x61], '"a"'],
    ['TeletexString, which is latin-1', TELETEX, [0x5a, 0xfc, 0xff], '"Züÿ"'],
    ['TeletexString with a NUL', TELETEX, [0xfc, 0], 'string_has_nul'],
    ['BMPString', BMP, [0, 0x61, 0x20, 0xac], '"a€"'],
    ['BMPString without characters', BMP, [], '""'],
    ['BMPString up to the surrogates', BMP, [0xd7, 0xff, 0xe0, 0], '"\ud7ff\ue000"'],
    ['BMPString with a surrogate', BMP, [0xd8, 0], 'string_not_bmp'],
    ['BMPString with the last surrogate', BMP, [0xdf, 0xff], 'string_not_bmp'],
    ['BMPString beside the noncharacters', BMP, [0xfd, 0xcf, 0xfd, 0xf0], '"\ufdcf\ufdf0"'],
    ['BMPString with the first noncharacter', BMP, [0xfd, 0xd0], 'string_not_bmp'],
    ['BMPString with the last noncharacter of the block', BMP, [0xfd, 0xef], 'string_not_bmp'],
    ['BMPString with U+FFFD', BMP, [0xff, 0xfd], '"\ufffd"'],
    ['BMPString with U+FFFE', BMP, [0xff, 0xfe], 'string_not_bmp'],
    ['BMPString of three octets', BMP, [0, 0x61, 0], 'string_not_bmp'],
    ['BMPString with a NUL at its end', BMP, [0, 0x61, 0, 0], 'string_has_nul'],
    ['NumericString', NUMERIC, [...Buffer.from('01 9')], '"01 9"'],
    ['NumericString with a sign', NUMERIC, [0x2d], 'string_not_numeric'],
    ['NumericString with an eighth bit', NUMERIC, [0xb0], 'string_not_numeric'],
    ['UniversalString', 0x1c, [0, 0, 0, 0x61], 'string_type_not_accepted'],
    ['VisibleString', 0x1a, [0x61], 'string_type_not_accepted'],
    ['NumericString in pieces', NUMERIC | 0x20, [NUMERIC, 1, 0x30], 'constructed_form'],
    ['UTF8String in pieces', UTF8 | 0x20, [UTF8, 1, 0x61], 'constructed_form'],
  ] as const)('%s', ([, tag, contents, expected], { expect }) => {
    expect(outcomeOf(tlv(tag, octets(...contents)), readText)).toBe(expected)
  })

  it.for([
    [4096, 'read'],
    [4097, 'string_too_long'],
  ] as const)('of %i octets', ([length, expected], { expect }) => {
    const string = tlv(UTF8, new Uint8Array(length).fill(0x61))
    const result = readDer({ bytes: string, maxBytes: 5000 }, readText)
    expect(result.ok ? 'read' : result.error.code).toBe(expected)
  })
})
