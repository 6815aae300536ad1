/**
 * Times as RFC 5280 §4.1.2.5 has them: whole seconds, `Z`, UTCTime through 2049 and GeneralizedTime
 * from 2050. Another form of the same time is refused.
 *
 * @module
 */
import { DerContentError } from './der-error.ts'
import { TAG } from './tag.ts'

/** UTCTime has two digits for the years 1950 to 2049. */
const FIRST_UTC_TIME_YEAR = 1950
const FIRST_GENERALIZED_TIME_YEAR = 2050

/** Below it, Date.UTC takes a year for one of the 20th century. */
const FIRST_YEAR = 100

const ZERO = 0x30
const Z = 0x5a

/** Two digits each of year, month, day, hour, minute and second, and `Z`. */
const UTC_TIME_OCTETS = 13
/** Two digits of the year more. */
const GENERALIZED_TIME_OCTETS = 15

/** @returns Epoch milliseconds. */
export function decodeUtcTime(bytes: Uint8Array, from: number, to: number): number {
  requireForm(to - from === UTC_TIME_OCTETS && bytes[to - 1] === Z)
  const year = decodePair(bytes, from)
  const century = year < FIRST_UTC_TIME_YEAR - 1900 ? 2000 : 1900
  return decodeInYear(century + year, bytes, from + 2)
}

/** @returns Epoch milliseconds. */
export function decodeGeneralizedTime(bytes: Uint8Array, from: number, to: number): number {
  requireForm(to - from === GENERALIZED_TIME_OCTETS && bytes[to - 1] === Z)
  const year = decodePair(bytes, from) * 100 + decodePair(bytes, from + 2)
  requireForm(year >= FIRST_YEAR && !isUtcTimeYear(year))
  return decodeInYear(year, bytes, from + 4)
}

/** @param at - Offset of the month. */
function decodeInYear(year: number, bytes: Uint8Array, at: number): number {
  const month = decodePair(bytes, at) - 1
  const day = decodePair(bytes, at + 2)
  const hour = decodePair(bytes, at + 4)
  const minute = decodePair(bytes, at + 6)
  const second = decodePair(bytes, at + 8)
  requireForm(month < 12 && day > 0 && hour < 24 && minute < 60 && second < 60)
  const lastDay = month === FEBRUARY && isLeapYear(year) ? 29 : LAST_DAYS[month]
  requireForm(day <= (lastDay ?? 0))
  return Date.UTC(year, month, day, hour, minute, second)
}

/** The last day of each month, in a year that is not a leap year. */
const LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const FEBRUARY = 1

const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** Two decimal digits. */
function decodePair(bytes: Uint8Array, at: number): number {
  const [tens, units] = [(bytes[at] ?? 0) - ZERO, (bytes[at + 1] ?? 0) - ZERO]
  requireForm(tens >= 0 && tens <= 9 && units >= 0 && units <= 9)
  return tens * 10 + units
}

function requireForm(isFollowed: boolean): void {
  if (!isFollowed) throw new DerContentError('time_malformed')
}

const isUtcTimeYear = (year: number): boolean =>
  year >= FIRST_UTC_TIME_YEAR && year < FIRST_GENERALIZED_TIME_YEAR

/** Contents of a time, and the type it has. */
export interface EncodedTime {
  readonly tag: typeof TAG.utcTime | typeof TAG.generalizedTime
  readonly contents: Uint8Array
}

/** @param timeMs - Epoch milliseconds, a whole second from 1950 to 9999. */
export function encodeTime(timeMs: number): EncodedTime {
  const date = new Date(timeMs)
  const year = date.getUTCFullYear()
  const pairs = [
    year % 100,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ]
  return isUtcTimeYear(year)
    ? { tag: TAG.utcTime, contents: encodePairs(pairs) }
    : { tag: TAG.generalizedTime, contents: encodePairs([Math.floor(year / 100), ...pairs]) }
}

/** Two decimal digits of each number, and `Z`. */
function encodePairs(numbers: readonly number[]): Uint8Array {
  const octets = new Uint8Array(numbers.length * 2 + 1)
  let at = 0
  for (const number of numbers) {
    octets[at] = ZERO + number / 10
    octets[at + 1] = ZERO + (number % 10)
    at += 2
  }
  octets[at] = Z
  return octets
}

/** RFC 3339 in whole seconds and UTC, for people. @param timeMs - Epoch milliseconds. */
export const timeToText = (timeMs: number): string =>
  new Date(timeMs).toISOString().replace(/\.\d+/, '')
