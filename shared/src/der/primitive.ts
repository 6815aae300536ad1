/**
 * Contents of the primitive types, in the one form DER allows (X.690 §8 and §11). Each function looks
 * at the octets from one offset to another and throws a {@link DerContentError} for anything else.
 *
 * @module
 */
import { DerContentError } from './der-error.ts'

/** Largest bit number of a named bit list: keyUsage has nine bits (RFC 5280 §4.2.1.3). */
const MAX_NAMED_BITS = 32

/** Most octets of an INTEGER that is read as a number: 31 bits and the sign. */
const MAX_SMALL_INTEGER_OCTETS = 4

/** `00` or `FF` (X.690 §11.1). */
export function decodeBoolean(bytes: Uint8Array, from: number, to: number): boolean {
  const octet = bytes[from]
  if (to - from !== 1) throw new DerContentError('boolean_length')
  if (octet !== 0x00 && octet !== 0xff) throw new DerContentError('boolean_not_der')
  return octet === 0xff
}

/**
 * An INTEGER that is not negative, in its shortest form (X.690 §8.3.2).
 *
 * @returns Offset of the magnitude: past the zero octet that a number with the highest bit set, or
 *   zero itself, begins with.
 */
function checkUnsignedInteger(bytes: Uint8Array, from: number, to: number): number {
  const first = bytes[from] ?? 0
  const second = bytes[from + 1] ?? 0
  if (from === to) throw new DerContentError('integer_empty')
  const isPadded = (first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)
  if (isPadded && to - from > 1) throw new DerContentError('integer_not_minimal')
  if (first >= 0x80) throw new DerContentError('integer_negative')
  return first === 0 ? from + 1 : from
}

/** @returns Offset of the magnitude of an INTEGER above zero, which does not begin with a zero octet. */
export function checkPositiveInteger(bytes: Uint8Array, from: number, to: number): number {
  const magnitudeAt = checkUnsignedInteger(bytes, from, to)
  if (magnitudeAt === to) throw new DerContentError('integer_zero')
  return magnitudeAt
}

/** @returns An INTEGER from 0 to 2³¹ − 1. */
export function decodeSmallInteger(bytes: Uint8Array, from: number, to: number): number {
  checkUnsignedInteger(bytes, from, to)
  if (to - from > MAX_SMALL_INTEGER_OCTETS) throw new DerContentError('integer_too_large')
  let value = 0
  for (let at = from; at < to; at += 1) value = value * 256 + (bytes[at] ?? 0)
  return value
}

/** A BIT STRING that has no unused bits: the first octet of the contents counts them. */
export function checkBitString(bytes: Uint8Array, from: number, to: number): void {
  if (from === to) throw new DerContentError('bit_string_empty')
  if (bytes[from] !== 0) throw new DerContentError('bit_string_unused_bits')
}

/**
 * A BIT STRING of named bits: unused bits are zero and trailing zero bits are removed (X.690 §11.2).
 *
 * @returns The numbers of the bits that are set, ascending.
 */
export function decodeNamedBits(bytes: Uint8Array, from: number, to: number): readonly number[] {
  if (to - from > 1 && !isLastBitSet(bytes[from] ?? 0, bytes[to - 1] ?? 0)) {
    throw new DerContentError('named_bits_not_minimal')
  }
  return decodePaddedNamedBits(bytes, from, to)
}

/** The same with any number of trailing zero bits (X.680 §22.7: they mean nothing). */
export function decodePaddedNamedBits(
  bytes: Uint8Array,
  from: number,
  to: number,
): readonly number[] {
  if (from === to) throw new DerContentError('bit_string_empty')
  const octetsAt = from + 1
  if ((to - octetsAt) * 8 > MAX_NAMED_BITS) throw new DerContentError('named_bits_too_many')
  if (!areUnusedBitsZero(bytes[from] ?? 0, to === octetsAt ? undefined : bytes[to - 1])) {
    throw new DerContentError('named_bits_padding')
  }
  const numbers: number[] = []
  for (let number = 0; number < (to - octetsAt) * 8; number += 1) {
    const octet = bytes[octetsAt + (number >> 3)] ?? 0
    if ((octet & (0x80 >> (number & 7))) !== 0) numbers.push(number)
  }
  return numbers
}

/** @param last - The last octet; without octets there are no unused bits (X.690 §8.6.2.3). */
const areUnusedBitsZero = (unusedBits: number, last: number | undefined): boolean =>
  last === undefined ? unusedBits === 0 : unusedBits < 8 && (last & ((1 << unusedBits) - 1)) === 0

/** Whether the lowest bit in use is set, so that no trailing zero bit is left to remove. */
const isLastBitSet = (unusedBits: number, last: number): boolean =>
  unusedBits >= 8 || (last & (1 << unusedBits)) !== 0
