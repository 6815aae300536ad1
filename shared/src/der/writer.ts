/**
 * Builds DER (X.690) from the inside out: each function gives one element. An element is a plan until
 * {@link encode} writes it and all that is in it, in one pass over one piece of memory.
 *
 * @module
 */
import { LONG_FORM, longLengthOctets } from './length.ts'
import { rememberObjectIdentifier } from './object-identifier.ts'
import { contextConstructed, TAG } from './tag.ts'
import { encodeTime } from './time.ts'

/** A part of an element: octets, or another element. */
export type Part = Uint8Array | Element

/** An element that is not written yet. */
export interface Element {
  readonly tag: number
  readonly parts: readonly Part[]
  readonly contentsLength: number
  /** With the identifier and the length. */
  readonly length: number
}

const MAX_COPIED_ONE_BY_ONE = 32

function elementOf(tag: number, parts: readonly Part[]): Element {
  let contentsLength = 0
  for (const part of parts) contentsLength += part.length
  const length = 2 + longLengthOctets(contentsLength) + contentsLength
  return { tag, parts, contentsLength, length }
}

/**
 * The octets of an element.
 *
 * @param memory - Where they are written if there is room, for a result that is used before the next call.
 */
export function encode(element: Element, memory?: Uint8Array): Uint8Array {
  const { length } = element
  const hasRoom = memory !== undefined && length <= memory.length
  const bytes = hasRoom ? memory.subarray(0, length) : new Uint8Array(length)
  write(element, bytes, 0)
  return bytes
}

/** @returns The offset after the last octet. */
function write(part: Part, bytes: Uint8Array, at: number): number {
  if (part instanceof Uint8Array) {
    copy(part, bytes, at)
    return at + part.length
  }
  let offset = writeHeader(part, bytes, at)
  for (const inner of part.parts) offset = write(inner, bytes, offset)
  return offset
}

/** Most parts are a few octets, for which calling the runtime's own copying costs more than copying. */
function copy(octets: Uint8Array, bytes: Uint8Array, at: number): void {
  if (octets.length > MAX_COPIED_ONE_BY_ONE) {
    bytes.set(octets, at)
    return
  }
  for (let index = 0; index < octets.length; index += 1) bytes[at + index] = octets[index] ?? 0
}

/** The identifier, and the length in its shortest form. */
function writeHeader({ tag, contentsLength }: Element, bytes: Uint8Array, at: number): number {
  const octets = longLengthOctets(contentsLength)
  bytes[at] = tag
  bytes[at + 1] = octets === 0 ? contentsLength : LONG_FORM + octets
  // Big-endian from the end; an array of octets keeps the low eight bits.
  for (let index = 0; index < octets; index += 1) {
    bytes[at + 1 + octets - index] = contentsLength >> (8 * index)
  }
  return at + 2 + octets
}

/** One element with the parts one after another. */
export const element = (tag: number, ...parts: readonly Part[]): Element => elementOf(tag, parts)

export const sequence = (...parts: readonly Part[]): Element => elementOf(TAG.sequence, parts)

/** `[number] EXPLICIT`. */
export const explicit = (number: number, part: Part): Element =>
  elementOf(contextConstructed(number), [part])

const ZERO = Uint8Array.of(0)
const BOOLEANS = {
  false: elementOf(TAG.boolean, [ZERO]),
  true: elementOf(TAG.boolean, [Uint8Array.of(0xff)]),
}

export const boolean = (value: boolean): Element => (value ? BOOLEANS.true : BOOLEANS.false)

/** @param magnitude - Big-endian, of a number above zero, without a leading zero octet. */
export function positiveInteger(magnitude: Uint8Array): Element {
  // The highest bit is the sign: a magnitude that has it set goes behind a zero octet.
  const isSignSet = (magnitude[0] ?? 0) >= 0x80
  return elementOf(TAG.integer, isSignSet ? [ZERO, magnitude] : [magnitude])
}

/** @param value - From 0 to 2³¹ − 1. */
export const smallInteger = (value: number): Element =>
  value === 0 ? elementOf(TAG.integer, [ZERO]) : positiveInteger(base256(value))

/** A BIT STRING of whole octets. */
export const bitString = (part: Part): Element => elementOf(TAG.bitString, [ZERO, part])

/** A BIT STRING of named bits, trailing zero bits removed (X.690 §11.2.2). */
export function namedBits(numbers: readonly number[]): Element {
  const bitCount = Math.max(-1, ...numbers) + 1
  const octets = new Uint8Array(Math.ceil(bitCount / 8))
  for (const number of numbers) {
    octets[number >> 3] = (octets[number >> 3] ?? 0) | (0x80 >> (number & 7))
  }
  return elementOf(TAG.bitString, [Uint8Array.of(octets.length * 8 - bitCount), octets])
}

export const octetString = (part: Part): Element => elementOf(TAG.octetString, [part])

export const nullValue = (): Element => elementOf(TAG.null, [])

/** @param dotted - Dotted decimals; one of a program's own constants, remembered for ever. */
export function objectIdentifier(dotted: string): Element {
  const known = objectIdentifiers.get(dotted)
  if (known !== undefined) return known
  const added = elementOf(TAG.objectIdentifier, [rememberObjectIdentifier(dotted)])
  objectIdentifiers.set(dotted, added)
  return added
}

const objectIdentifiers = new Map<string, Element>()

/**
 * UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5).
 *
 * @param timeMs - Epoch milliseconds, a whole second from 1950 to 9999.
 */
export function time(timeMs: number): Element {
  const { tag, contents } = encodeTime(timeMs)
  return elementOf(tag, [contents])
}

/** Big-endian, without leading zeros; nothing for zero. */
function base256(value: number): Uint8Array {
  const octets: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.from(octets)
}
