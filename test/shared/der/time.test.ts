import { ascii, tlv } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { readDer } from '../../../shared/src/der/read-der.ts'
import { timeToText } from '../../../shared/src/der/time.ts'
import { encode, time as writeTime } from '../../../shared/src/der/writer.ts'

const UTC_TIME = 23
const GENERALIZED_TIME = 24

const read = (bytes: Uint8Array): string => {
  const result = readDer({ bytes, maxBytes: 100 }, (reader) => reader.time('v'))
  return result.ok ? timeToText(result.value) : result.error.message
}

describe('a time', () => {
  it.for([
    [UTC_TIME, '500101000000Z', '1950-01-01T00:00:00Z'],
    [UTC_TIME, '991231235959Z', '1999-12-31T23:59:59Z'],
    [UTC_TIME, '000229120000Z', '2000-02-29T12:00:00Z'],
    [UTC_TIME, '491231235959Z', '2049-12-31T23:59:59Z'],
    [GENERALIZED_TIME, '24000229000000Z', '2400-02-29T00:00:00Z'],
    [GENERALIZED_TIME, '20500101000000Z', '2050-01-01T00:00:00Z'],
    [GENERALIZED_TIME, '99991231235959Z', '9999-12-31T23:59:59Z'],
    [GENERALIZED_TIME, '19491231235959Z', '1949-12-31T23:59:59Z'],
  ] as const)('of tag %i as %s is %s', ([tag, text, expected], { expect }) => {
    expect(read(tlv(tag, ascii(text)))).toBe(expected)
  })

  it.for([
    ['UTCTime without seconds', UTC_TIME, '4912312359Z'],
    ['UTCTime with an offset', UTC_TIME, '491231235959+0000'],
    ['UTCTime without Z', UTC_TIME, '491231235959'],
    ['UTCTime with a fraction', UTC_TIME, '491231235959.0Z'],
    ['the second 60', UTC_TIME, '161231235960Z'],
    ['the hour 24', UTC_TIME, '161231240000Z'],
    ['the 29th of February in another year', UTC_TIME, '010229000000Z'],
    ['the 29th of February in 2100', GENERALIZED_TIME, '21000229000000Z'],
    ['the 31st of April', UTC_TIME, '010431000000Z'],
    ['the month 13', UTC_TIME, '011301000000Z'],
    ['the day 0', UTC_TIME, '010100000000Z'],
    ['GeneralizedTime for 2049', GENERALIZED_TIME, '20491231235959Z'],
    ['GeneralizedTime with a fraction', GENERALIZED_TIME, '20500101000000.5Z'],
    ['GeneralizedTime for the year 0', GENERALIZED_TIME, '00000101000000Z'],
    ['UTCTime with an arabic digit', UTC_TIME, '٤91231235959Z'],
  ] as const)('%s is refused', ([, tag, text], { expect }) => {
    expect(read(tlv(tag, ascii(text)))).toMatch(/^v /)
  })

  it.for([
    ['2049-12-31T23:59:59Z', UTC_TIME, '491231235959Z'],
    ['2050-01-01T00:00:00Z', GENERALIZED_TIME, '20500101000000Z'],
  ] as const)('%s is written with tag %i as %s', ([date, tag, text], { expect }) => {
    expect(encode(writeTime(Date.parse(date)))).toEqual(tlv(tag, ascii(text)))
  })
})
