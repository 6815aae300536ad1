/**
 * Standard base64 with padding (RFC 4648 §4), in the one spelling of each value. Neither runtime's
 * own functions refuse all others, and both halves read one of these with every request.
 *
 * @module
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PADDING = '='

/** Has a bit that no six bits have. */
const NOT_IN_ALPHABET = 0x40

/** Character by six bits, and six bits by character. */
const CHARACTERS = Uint8Array.from(ALPHABET, (character) => character.codePointAt(0) ?? 0)
const SIX_BITS = new Uint8Array(0x80).fill(NOT_IN_ALPHABET)
for (const [value, character] of CHARACTERS.entries()) SIX_BITS[character] = value

const PADDING_CHARACTER = PADDING.codePointAt(0) ?? 0
const ASCII = new TextDecoder()

/** Encodes octets, padded and without line ends. */
export function encodeBase64(octets: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(octets.length / 3) * 4)
  let at = 0
  for (let from = 0; from < octets.length; from += 3) {
    const bits =
      ((octets[from] ?? 0) << 16) | ((octets[from + 1] ?? 0) << 8) | (octets[from + 2] ?? 0)
    text[at] = CHARACTERS[bits >> 18] ?? 0
    text[at + 1] = CHARACTERS[(bits >> 12) & 0x3f] ?? 0
    text[at + 2] = CHARACTERS[(bits >> 6) & 0x3f] ?? 0
    text[at + 3] = CHARACTERS[bits & 0x3f] ?? 0
    at += 4
  }
  const missing = (3 - (octets.length % 3)) % 3
  text.fill(PADDING_CHARACTER, at - missing, at)
  return ASCII.decode(text)
}

/** @returns The octets, or `undefined` for anything but canonical, padded base64 (RFC 4648 §3.5). */
export function decodeBase64(base64: string): Uint8Array | undefined {
  if (base64.length % 4 !== 0) return undefined
  const characters = base64.length - paddingOf(base64)
  const octets = new Uint8Array((characters * 6) >> 3)
  let bits = 0
  let count = 0
  let seen = 0
  for (let from = 0, at = 0; from < characters; from += 1) {
    const six = SIX_BITS[base64.codePointAt(from) ?? 0] ?? NOT_IN_ALPHABET
    seen |= six
    bits = (bits << 6) | six
    count += 6
    if (count >= 8) {
      count -= 8
      octets[at] = bits >> count
      at += 1
    }
  }
  // Bits that are left and are not zero would make two texts mean the same octets.
  const left = bits & ((1 << count) - 1)
  return seen < NOT_IN_ALPHABET && left === 0 ? octets : undefined
}

/** How many characters at the end stand for nothing; more are not in the alphabet. */
function paddingOf(base64: string): number {
  if (!base64.endsWith(PADDING)) return 0
  return base64.endsWith(PADDING + PADDING) ? 2 : 1
}
