/**
 * Standard base64 with padding (RFC 4648 §4), in the one spelling of each value. Neither runtime's
 * own decoder refuses all others, and both halves read one of these with every request.
 *
 * @module
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PADDING = '='

/** Has a bit that no six bits have. */
const NOT_IN_ALPHABET = 0x40

/** Six bits by character; padding counts as zeros. */
const SIX_BITS = new Uint8Array(0x80).fill(NOT_IN_ALPHABET)
for (const [value, character] of Array.from(ALPHABET).entries()) {
  SIX_BITS[character.codePointAt(0) ?? 0] = value
}
SIX_BITS[PADDING.codePointAt(0) ?? 0] = 0

/** Both runtimes have it; workerd looks the global up each time. */
const RuntimeBuffer = Buffer

/** Encodes bytes, padded and without line ends. */
export const encodeBase64 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  RuntimeBuffer.from(buffer, byteOffset, length).toString('base64')

/** @returns The bytes, or `undefined` for anything but canonical, padded base64 (RFC 4648 §3.5). */
export function decodeBase64(base64: string): Uint8Array | undefined {
  const padding = paddingOf(base64)
  if (padding === undefined || base64.length % 4 !== 0) return undefined
  const bytes = new Uint8Array((base64.length / 4) * 3 - padding)
  let bits = 0
  let seen = 0
  for (let from = 0, at = 0; from < base64.length; from += 4, at += 3) {
    const first = sixBits(base64, from)
    const second = sixBits(base64, from + 1)
    const third = sixBits(base64, from + 2)
    const fourth = sixBits(base64, from + 3)
    seen |= first | second | third | fourth
    bits = (first << 18) | (second << 12) | (third << 6) | fourth
    // What lies beyond the end of an array is not written.
    bytes[at] = bits >> 16
    bytes[at + 1] = bits >> 8
    bytes[at + 2] = bits
  }
  // Bits behind the last octet that are not zero would make two texts mean the same bytes.
  const left = bits & ((1 << (8 * padding)) - 1)
  return seen < NOT_IN_ALPHABET && left === 0 ? bytes : undefined
}

const sixBits = (base64: string, at: number): number =>
  SIX_BITS[base64.codePointAt(at) ?? 0] ?? NOT_IN_ALPHABET

/** @returns How many characters at the end are padding; `undefined` where they are not the end. */
function paddingOf(base64: string): 0 | 1 | 2 | undefined {
  const at = base64.indexOf(PADDING)
  if (at === -1) return 0
  if (at === base64.length - 1) return 1
  return at === base64.length - 2 && base64.endsWith(PADDING) ? 2 : undefined
}
