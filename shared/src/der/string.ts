/**
 * Character strings: the six types that Go's crypto/x509 reads in a name, each read as it does
 * (parser.go, parseASN1String). Other verifiers read fewer; none reads the others of ASN.1's thirteen.
 * A NUL is refused in all of them, as many programs end a text there.
 *
 * @module
 */
import { DerContentError } from './der-error.ts'
import { TAG } from './tag.ts'

/** Longest character string that is read, in octets. */
export const MAX_STRING_OCTETS = 4096

/** The text of the contents from one offset to another. @throws DerContentError */
type DecodeText = (bytes: Uint8Array, from: number, to: number) => string

// Both options say "as it is": no replacement characters, and a byte order mark is a character.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** X.680 §41.4, table 10; and `*` and `&`, which certificates in use have. */
const PRINTABLE = /^[A-Za-z0-9 '()*&+,\-./:=?]*$/

/** X.680 §41.2. */
const NUMERIC = /^[0-9 ]*$/

/** Seven bits a character, as IA5String has them. */
export function decodeAscii(bytes: Uint8Array, from: number, to: number): string {
  const text = asciiText(bytes, from, to)
  if (text === undefined) throw new DerContentError('string_not_ascii')
  return text
}

function decodePrintable(bytes: Uint8Array, from: number, to: number): string {
  const text = asciiText(bytes, from, to)
  if (text === undefined || !PRINTABLE.test(text)) throw new DerContentError('string_not_printable')
  return text
}

function decodeNumeric(bytes: Uint8Array, from: number, to: number): string {
  const text = asciiText(bytes, from, to)
  if (text === undefined || !NUMERIC.test(text)) throw new DerContentError('string_not_numeric')
  return text
}

function decodeUtf8(bytes: Uint8Array, from: number, to: number): string {
  return asciiText(bytes, from, to) ?? utf8Text(bytes.subarray(from, to))
}

/** T.61 is read as ISO 8859-1, by Go, BoringSSL and most others: an octet is its code point. */
function decodeTeletex(bytes: Uint8Array, from: number, to: number): string {
  const ascii = asciiText(bytes, from, to)
  if (ascii !== undefined) return ascii
  let text = ''
  for (let at = from; at < to; at += 1) text += character(bytes[at] ?? 0)
  return text
}

/** UCS-2, big-endian: what UTF-16 has beyond it, and what is no character, is refused. */
function decodeBmp(bytes: Uint8Array, from: number, to: number): string {
  if ((to - from) % 2 !== 0) throw new DerContentError('string_not_bmp')
  let text = ''
  for (let at = from; at < to; at += 2) {
    const codePoint = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
    if (isNoBmpCharacter(codePoint)) throw new DerContentError('string_not_bmp')
    text += character(codePoint)
  }
  return text
}

const isNoBmpCharacter = (codePoint: number): boolean =>
  (codePoint >= 0xd800 && codePoint <= 0xdfff) ||
  (codePoint >= 0xfdd0 && codePoint <= 0xfdef) ||
  codePoint >= 0xfffe

function character(codePoint: number): string {
  if (codePoint === 0) throw new DerContentError('string_has_nul')
  return String.fromCharCode(codePoint)
}

/** @returns `undefined` where an octet has eight bits. */
function asciiText(bytes: Uint8Array, from: number, to: number): string | undefined {
  for (let at = from; at < to; at += 1) {
    const octet = bytes[at] ?? 0
    if (octet >= 0x80) return undefined
    if (octet === 0) throw new DerContentError('string_has_nul')
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
  if (contents.includes(0)) throw new DerContentError('string_has_nul')
  try {
    return UTF8.decode(contents)
  } catch {
    throw new DerContentError('string_not_utf8')
  }
}

/** By tag: every type that is read. */
export const STRING_DECODERS: ReadonlyMap<number, DecodeText> = new Map([
  [TAG.utf8String, decodeUtf8],
  [TAG.numericString, decodeNumeric],
  [TAG.printableString, decodePrintable],
  [TAG.teletexString, decodeTeletex],
  [TAG.ia5String, decodeAscii],
  [TAG.bmpString, decodeBmp],
])

/** The types for messages. */
export const STRING_TYPES =
  'UTF8String, PrintableString, IA5String, TeletexString, BMPString or NumericString'

/** Whether a tag is that of a type that is read. */
export const isStringTag = (tag: number): boolean => STRING_DECODERS.has(tag)
