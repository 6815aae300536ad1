/**
 * Lengths in the long form (X.690 §8.1.3.5), of which DER allows the shortest only (§10.1).
 *
 * @module
 */
import { DerContentError } from './der-error.ts'

/** First octet of the long form, plus how many octets follow it; without any, the indefinite form. */
export const LONG_FORM = 0x80

/** Three octets of length, 16 MiB, are far beyond every limit on the size of an input. */
const MAX_LENGTH_OCTETS = 3

/**
 * @param at - Offset of the first octet of the length, which is `LONG_FORM` or above.
 * @param limit - Where the element ends at the latest.
 */
export function decodeLongLength(bytes: Uint8Array, at: number, limit: number): number {
  const octets = (bytes[at] ?? 0) - LONG_FORM
  if (octets === 0) throw new DerContentError('length_indefinite')
  if (octets > MAX_LENGTH_OCTETS) throw new DerContentError('length_too_large')
  if (at + 1 + octets > limit) throw new DerContentError('truncated')
  let length = 0
  for (let offset = at + 1; offset <= at + octets; offset += 1) {
    length = length * 256 + (bytes[offset] ?? 0)
  }
  const isShortest = length >= LONG_FORM && bytes[at + 1] !== 0
  if (!isShortest) throw new DerContentError('length_not_minimal')
  return length
}

/** How many octets follow the first one of the shortest length; at most 3, as are read. */
export function longLengthOctets(length: number): number {
  if (length < LONG_FORM) return 0
  if (length < 0x1_00) return 1
  return length < 0x1_00_00 ? 2 : 3
}
