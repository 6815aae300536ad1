/**
 * Object identifiers (X.690 §8.19), both ways. Arcs go up to 2⁵³ − 1.
 *
 * Those that a program knows are remembered, and then found by their octets: they are most of what is
 * read and all of what is written. What an input brings along is never remembered.
 *
 * @module
 */
import { isAt } from './bytes.ts'
import { DerContentError } from './der-error.ts'

/** Longest object identifier that is read, in octets of contents. */
const MAX_OCTETS = 64

interface Known {
  readonly dotted: string
  readonly contents: Uint8Array
}

/** By {@link hashOf}; the second of two with one hash is worked out each time. */
const byHash = new Map<number, Known>()

/**
 * Remembers an object identifier for ever.
 *
 * @param dotted - Dotted decimals; one of a program's own constants.
 * @returns The contents.
 */
export function rememberObjectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number)
  const contents = Uint8Array.from([first * 40 + second, ...arcs].flatMap((arc) => base128(arc)))
  const added = { dotted, contents }
  const hash = hashOf(contents, 0, contents.length)
  byHash.set(hash, byHash.get(hash) ?? added)
  return contents
}

/** @returns Dotted decimals. */
export function decodeObjectIdentifier(bytes: Uint8Array, from: number, to: number): string {
  if (from === to || (bytes[to - 1] ?? 0) >= 0x80) throw new DerContentError('oid_truncated')
  if (to - from > MAX_OCTETS) throw new DerContentError('oid_too_long')
  const known = byHash.get(hashOf(bytes, from, to))
  const isKnown = known?.contents.length === to - from && isAt(known.contents, bytes, from)
  return isKnown ? known.dotted : decodeArcs(bytes, from, to)
}

function decodeArcs(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  let arc = 0
  let isFirstOctetOfArc = true
  for (let at = from; at < to; at += 1) {
    const octet = bytes[at] ?? 0
    if (isFirstOctetOfArc && octet === 0x80) throw new DerContentError('oid_not_minimal')
    arc = arc * 128 + (octet & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER) throw new DerContentError('oid_arc_too_large')
    isFirstOctetOfArc = octet < 0x80
    if (isFirstOctetOfArc) {
      text += text === '' ? firstTwoArcs(arc) : `.${String(arc)}`
      arc = 0
    }
  }
  return text
}

/** The first number encodes two arcs: 40 × the first, which is 0, 1 or 2, plus the second. */
function firstTwoArcs(number: number): string {
  const first = Math.min(Math.floor(number / 40), 2)
  return `${String(first)}.${String(number - first * 40)}`
}

/** Big-endian, seven bits an octet, the high bit set on all but the last (X.690 §8.19.2). */
function base128(value: number): readonly number[] {
  const octets = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 + (rest % 128))
  }
  return octets
}

/** Of the octets from one offset to another; 32 bits. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at += 1) hash = (hash * 31 + (bytes[at] ?? 0)) | 0
  return hash
}
