/**
 * Character strings. Of ASN.1's thirteen types these three are read; RFC 5280 §4.1.2.4 keeps the
 * others for certificates of the last century, and their text cannot be told without guessing.
 * None may hold a NUL, where many programs end a text.
 *
 * @module
 */
import { DerFault } from './refusal.ts'
import { TAG } from './tag.ts'

/** The text of the contents from one offset to another. @throws DerFault */
type DecodeText = (bytes: Uint8Array, from: number, to: number) => string

// Both options say "as it is": no replacement characters, and a byte order mark is a character.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** X.680 §41.4, table 10. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/

/** Seven bits a character, as IA5String has them. */
export function decodeAscii(bytes: Uint8Array, from: number, to: number): string {
  const text = asciiText(bytes, from, to)
  if (text === undefined) throw new DerFault('string_not_ascii')
  return text
}

function decodePrintable(bytes: Uint8Array, from: number, to: number): string {
  const text = decodeAscii(bytes, from, to)
  if (!PRINTABLE.test(text)) throw new DerFault('string_not_printable')
  return text
}

function decodeUtf8(bytes: Uint8Array, from: number, to: number): string {
  return asciiText(bytes, from, to) ?? utf8Text(bytes.subarray(from, to))
}

/** @returns `undefined` where an octet has eight bits. */
function asciiText(bytes: Uint8Array, from: number, to: number): string | undefined {
  for (let at = from; at < to; at += 1) {
    const octet = bytes[at] ?? 0
    if (octet >= 0x80) return undefined
    if (octet === 0) throw new DerFault('string_has_nul')
  }
  let text = ''
  let at = from
  // Several at a time: each addition makes a string.
  for (; at + 4 <= to; at += 4) {
    text += String.fromCharCode(
      bytes[at] ?? 0,
      bytes[at + 1] ?? 0,
      bytes[at + 2] ?? 0,
      bytes[at + 3] ?? 0,
    )
  }
  for (; at < to; at += 1) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

function utf8Text(contents: Uint8Array): string {
  if (contents.includes(0)) throw new DerFault('string_has_nul')
  try {
    return UTF8.decode(contents)
  } catch {
    throw new DerFault('string_not_utf8')
  }
}

/** By tag: every type that is read. */
export const STRING_DECODERS: ReadonlyMap<number, DecodeText> = new Map([
  [TAG.utf8String, decodeUtf8],
  [TAG.printableString, decodePrintable],
  [TAG.ia5String, decodeAscii],
])

/** Whether a tag is that of a type that is read. */
export const isStringTag = (tag: number): boolean => STRING_DECODERS.has(tag)
