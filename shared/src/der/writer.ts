/**
 * Builds DER (X.690) from the inside out: each function gives one whole element.
 *
 * @module
 */
import { contextConstructed, TAG } from './tag.ts'
import { encodeTime } from './time.ts'

const LONG_FORM = 0x80
const ASCII = new TextEncoder()
const identifiers = new Map<string, Uint8Array>()

/** One element: the identifier, the length in its shortest form, and the parts one after another. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const octets = lengthOctets(length)
  const bytes = new Uint8Array(2 + octets + length)
  bytes[0] = tag
  bytes[1] = octets === 0 ? length : LONG_FORM + octets
  // Big-endian from the end; an array of octets keeps the low eight bits.
  for (let at = 0; at < octets; at += 1) bytes[1 + octets - at] = length >> (8 * at)
  let offset = 2 + octets
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** How many octets follow the first one of a length (X.690 §8.1.3); at most 3, as are read. */
function lengthOctets(length: number): number {
  if (length < LONG_FORM) return 0
  if (length < 0x1_00) return 1
  return length < 0x1_00_00 ? 2 : 3
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array =>
  element(TAG.sequence, ...parts)

/** `[number] EXPLICIT`. */
export const explicit = (number: number, part: Uint8Array): Uint8Array =>
  element(contextConstructed(number), part)

export const boolean = (value: boolean): Uint8Array =>
  element(TAG.boolean, Uint8Array.of(value ? 0xff : 0x00))

/** @param magnitude - Big-endian, of a number above zero, without a leading zero octet. */
export function positiveInteger(magnitude: Uint8Array): Uint8Array {
  // The highest bit is the sign: a magnitude that has it set goes behind a zero octet.
  const isSignSet = (magnitude[0] ?? 0) >= 0x80
  return element(TAG.integer, ...(isSignSet ? [Uint8Array.of(0)] : []), magnitude)
}

/** @param value - From 0 to 2³¹ − 1. */
export function smallInteger(value: number): Uint8Array {
  const octets = base256(value)
  return value === 0 ? element(TAG.integer, Uint8Array.of(0)) : positiveInteger(octets)
}

/** A BIT STRING of whole octets. */
export const bitString = (octets: Uint8Array): Uint8Array =>
  element(TAG.bitString, Uint8Array.of(0), octets)

/** A BIT STRING of named bits, trailing zero bits removed (X.690 §11.2.2). */
export function namedBits(numbers: readonly number[]): Uint8Array {
  const bitCount = Math.max(-1, ...numbers) + 1
  const octets = new Uint8Array(Math.ceil(bitCount / 8))
  for (const number of numbers) {
    octets[number >> 3] = (octets[number >> 3] ?? 0) | (0x80 >> (number & 7))
  }
  return element(TAG.bitString, Uint8Array.of(octets.length * 8 - bitCount), octets)
}

export const octetString = (octets: Uint8Array): Uint8Array => element(TAG.octetString, octets)

export const nullValue = (): Uint8Array => element(TAG.null)

/**
 * @param dotted - An object identifier in dotted decimals, arcs up to 2⁵³ − 1. One of a program's own
 *   constants: what was written once is remembered for ever.
 */
export function objectIdentifier(dotted: string): Uint8Array {
  const known = identifiers.get(dotted)
  if (known !== undefined) return known
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number)
  const octets = Uint8Array.from([first * 40 + second, ...arcs].flatMap((arc) => base128(arc)))
  const written = element(TAG.objectIdentifier, octets)
  identifiers.set(dotted, written)
  return written
}

/**
 * UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5).
 *
 * @param timeMs - Epoch milliseconds, a whole second from 1950 to 9999.
 */
export function time(timeMs: number): Uint8Array {
  const { tag, text } = encodeTime(timeMs)
  return element(tag, ASCII.encode(text))
}

/** Big-endian, without leading zeros; nothing for zero. */
function base256(value: number): Uint8Array {
  const octets: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.from(octets)
}

/** Big-endian, seven bits an octet, the high bit set on all but the last (X.690 §8.19.2). */
function base128(value: number): readonly number[] {
  const octets = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 + (rest % 128))
  }
  return octets
}
