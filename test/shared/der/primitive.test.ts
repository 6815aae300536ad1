import { describe, it } from 'vitest'
import {
  decodeBitString,
  decodeBoolean,
  decodeInteger,
  decodeNamedBits,
  decodeNull,
  decodeObjectIdentifier,
  decodePositiveInteger,
  decodeSmallInteger,
} from '../../../shared/src/der/primitive.ts'
import { decodeString } from '../../../shared/src/der/string.ts'
import type { Result } from '../../../shared/src/result.ts'
import { octets, oid } from '../../support/x509.ts'

/** JSON of a value with octets as lists, or the refusal. */
const told = (result: Result<unknown, string>): string => {
  if (!result.ok) return result.error
  const { value } = result
  return JSON.stringify(value instanceof Uint8Array ? [...value] : value)
}

const UTF8 = 0x0c
const PRINTABLE = 0x13
const TELETEX = 0x14
const IA5 = 0x16
const BMP = 0x1e

describe('BOOLEAN', () => {
  it.for([
    ['FF', [0xff], 'true'],
    ['00', [0x00], 'false'],
    ['01', [0x01], /neither 00 nor FF/],
    ['nothing', [], /one octet/],
    ['two octets', [0xff, 0xff], /one octet/],
  ] as const)('%s', ([, contents, expected], { expect }) => {
    expect(told(decodeBoolean(octets(...contents)))).toMatch(expected)
  })
})

describe('INTEGER', () => {
  it.for([
    ['0', [0], '[0]', '0', /is zero/],
    ['127', [127], '[127]', '127', '[127]'],
    ['128', [0, 128], '[0,128]', '128', '[128]'],
    ['2³¹ − 1', [127, 255, 255, 255], /^\[/, '2147483647', /^\[127/],
    ['2³¹', [0, 128, 0, 0, 0], /^\[/, /above 2147483647/, /^\[128/],
    ['−1', [255], '[255]', /negative/, /negative/],
    ['nothing', [], /without contents/, /without contents/, /without contents/],
    ['127 behind a zero', [0, 127], /shortest/, /shortest/, /shortest/],
    ['−1 in two octets', [255, 255], /shortest/, /shortest/, /shortest/],
  ] as const)('%s', ([, contents, any, small, positive], { expect }) => {
    expect(told(decodeInteger(octets(...contents)))).toMatch(any)
    expect(told(decodeSmallInteger(octets(...contents)))).toMatch(small)
    expect(told(decodePositiveInteger(octets(...contents)))).toMatch(positive)
  })
})

describe('BIT STRING', () => {
  it.for([
    ['whole octets', [0, 7], '[7]', '[5,6,7]'],
    ['three unused bits', [3, 0x08], /unused bits/, '[4]'],
    ['nothing', [], /without contents/, /without contents/],
    ['no bits', [0], '[]', '[]'],
    ['no bits, one of them unused', [1], /unused bits/, /wrong count/],
    ['a trailing zero bit', [4, 0xa0], /unused bits/, /shortest/],
    ['an unused bit that is set', [5, 0xa1], /unused bits/, /shortest/],
    ['a trailing zero octet', [0, 0xa0, 0], '[160,0]', /shortest/],
    ['eight unused bits', [8, 0xa0], /unused bits/, /shortest/],
    ['nine bits', [7, 0, 0x80], /unused bits/, '[8]'],
    ['more than 32 bits', [0, 0, 0, 0, 0, 1], '[0,0,0,0,1]', /too many/],
  ] as const)('%s', ([, contents, whole, named], { expect }) => {
    expect(told(decodeBitString(octets(...contents)))).toMatch(whole)
    expect(told(decodeNamedBits(octets(...contents)))).toMatch(named)
  })
})

describe('NULL', () => {
  it('has no contents', ({ expect }) => {
    expect(told(decodeNull(octets()))).toBe('null')
    expect(told(decodeNull(octets(0)))).toBe('is a NULL with contents')
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
    expect(told(decodeObjectIdentifier(oid(dotted).subarray(2)))).toBe(JSON.stringify(dotted))
  })

  it.for([
    ['no contents', octets(), /cut short/],
    ['an arc that goes on', octets(0x55, 0x9d), /cut short/],
    ['an arc with a leading zero', octets(0x55, 0x80, 0x1d), /shortest/],
    ['a first arc with a leading zero', octets(0x80, 0x55), /shortest/],
    ['an arc of 2⁵³', oid('1.3.9007199254740992').subarray(2), /too large an arc/],
    ['65 octets', new Uint8Array(65), /too long/],
  ] as const)('%s is refused', ([, contents, expected], { expect }) => {
    expect(told(decodeObjectIdentifier(contents))).toMatch(expected)
  })

  it('64 octets are read', ({ expect }) => {
    expect(told(decodeObjectIdentifier(new Uint8Array(64)))).toMatch(/^"0\.0\.0\.0/)
  })
})

describe('strings', () => {
  it.for([
    ['UTF8String', UTF8, [...Buffer.from('Zürich')], '"Zürich"'],
    ['UTF8String with a byte order mark', UTF8, [0xef, 0xbb, 0xbf], '"\uFEFF"'],
    ['UTF8String that is latin-1', UTF8, [0xfc], /not UTF-8/],
    ['UTF8String in too many octets', UTF8, [0xc0, 0x80], /not UTF-8/],
    ['UTF8String with half a surrogate pair', UTF8, [0xed, 0xa0, 0x80], /not UTF-8/],
    ['PrintableString', PRINTABLE, [...Buffer.from("A9 '()+,-./:=?")], /^"A9/],
    ['PrintableString with @', PRINTABLE, [0x40], /PrintableString does not have/],
    ['PrintableString with *', PRINTABLE, [0x2a], /PrintableString does not have/],
    ['IA5String', IA5, [0x7f], /^"/],
    ['IA5String with an eighth bit', IA5, [0x80], /not ASCII/],
    ['TeletexString', TELETEX, [0x61], /is TeletexString/],
    ['BMPString', BMP, [0, 0x61], /is BMPString/],
  ] as const)('%s', ([, tag, contents, expected], { expect }) => {
    expect(told(decodeString(tag, octets(...contents)))).toMatch(expected)
  })
})
