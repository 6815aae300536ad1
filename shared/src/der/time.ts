/**
 * Times as RFC 5280 §4.1.2.5 has them: whole seconds, `Z`, UTCTime through 2049 and GeneralizedTime
 * from 2050. Another form of the same time is refused.
 *
 * @module
 */
import { err, ok, type Result } from '../result.ts'
import { decodeAscii } from './string.ts'
import { TAG } from './tag.ts'

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/

/** UTCTime has two digits for the years 1950 to 2049. */
const FIRST_UTC_TIME_YEAR = 1950
const FIRST_GENERALIZED_TIME_YEAR = 2050

/**
 * @param tag - UTCTime or GeneralizedTime.
 * @returns Epoch milliseconds.
 */
export function decodeTime(tag: number, contents: Uint8Array): Result<number, string> {
  const text = decodeAscii(contents)
  if (!text.ok) return text
  const isUtcTime = tag === TAG.utcTime
  const fields = (isUtcTime ? UTC_TIME : GENERALIZED_TIME).exec(text.value)
  if (fields === null) return err('is not a time in whole seconds that ends in Z')
  const [written = 0, month = 0, day = 0, hour, minute, second] = fields.slice(1).map(Number)
  const year = isUtcTime ? written + (written < 50 ? 2000 : 1900) : written
  const timeMs = Date.UTC(year, month - 1, day, hour, minute, second)
  // Date.UTC carries over: 31 April becomes 1 May, which then is written otherwise. So is a year
  // that belongs to the other type.
  const isTheOneForm = timeText(timeMs) === text.value
  return isTheOneForm
    ? ok(timeMs)
    : err('is not a time of the calendar in the form of RFC 5280 §4.1.2.5')
}

/** The type a time has, and its text. */
export interface EncodedTime {
  readonly tag: typeof TAG.utcTime | typeof TAG.generalizedTime
  readonly text: string
}

/** @param timeMs - Epoch milliseconds, a whole second from 1950 to 9999. */
export function encodeTime(timeMs: number): EncodedTime {
  const isUtcTime = new Date(timeMs).getUTCFullYear() < FIRST_GENERALIZED_TIME_YEAR
  return { tag: isUtcTime ? TAG.utcTime : TAG.generalizedTime, text: timeText(timeMs) }
}

/** RFC 3339 in whole seconds and UTC, for people. @param timeMs - Epoch milliseconds. */
export const timeToText = (timeMs: number): string =>
  new Date(timeMs).toISOString().replace(/\.\d+/, '')

function timeText(timeMs: number): string {
  const iso = new Date(timeMs).toISOString()
  const year = Number(iso.slice(0, 4))
  const isUtcTime = year >= FIRST_UTC_TIME_YEAR && year < FIRST_GENERALIZED_TIME_YEAR
  const date = `${iso.slice(isUtcTime ? 2 : 0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}`
  return `${date}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`
}
