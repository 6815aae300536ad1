/**
 * Where one element of DER begins and ends (X.690 §8.1, §10.1): the identifier and the length.
 *
 * @module
 */
import { err, ok, type Result } from '../result.ts'
import { TAG_NUMBER_BITS } from './tag.ts'

/** One element, as offsets into the octets it was found in. */
export interface Element {
  readonly tag: number
  /** Offset of the identifier. */
  readonly start: number
  /** Offset of the first octet of the contents. */
  readonly contentsAt: number
  /** Offset after the last octet. */
  readonly end: number
}

const LONG_FORM = 0x80

/** Three octets of length, 16 MiB, are far beyond every limit on the size of an input. */
const MAX_LENGTH_OCTETS = 3

/**
 * Reads the header at `start` of an element that must end at or before `limit`.
 *
 * Refuses tag numbers above 30, the indefinite form, and lengths that are not in the shortest form.
 */
export function locateElement(
  bytes: Uint8Array,
  start: number,
  limit: number,
): Result<Element, string> {
  const [tag, first] = [bytes[start], bytes[start + 1]]
  if (tag === undefined || first === undefined || start + 2 > limit) return err('is cut short')
  if ((tag & TAG_NUMBER_BITS) === TAG_NUMBER_BITS) return err('has a tag number above 30')
  let contentsAt = start + 2
  let length = first
  if (first >= LONG_FORM) {
    const octets = first - LONG_FORM
    if (octets === 0) return err('has an indefinite length')
    if (octets > MAX_LENGTH_OCTETS) return err('has a length of more than 3 octets')
    contentsAt += octets
    if (contentsAt > limit) return err('is cut short')
    length = bytes.subarray(start + 2, contentsAt).reduce((sum, octet) => sum * 256 + octet, 0)
    const isShortest = length >= LONG_FORM && length >= 256 ** (octets - 1)
    if (!isShortest) return err('has a length that is not in its shortest form')
  }
  const end = contentsAt + length
  return end > limit ? err('is cut short') : ok({ tag, start, contentsAt, end })
}
