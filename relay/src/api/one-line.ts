import { visibleText } from '@edge-issuer/shared'

/**
 * Makes text of others fit to be shown and logged: on one line, without characters that are not seen, and
 * with a bounded length.
 *
 * @param maxCharacters - UTF-16 code units; no character is cut in two.
 */
export function oneLine(text: string, maxCharacters: number): string {
  const line = visibleText(text).trim()
  if (line.length <= maxCharacters) return line.toWellFormed()
  const isPairCut = /[\uD800-\uDBFF]/.test(line.charAt(maxCharacters - 1))
  return line.slice(0, isPairCut ? maxCharacters - 1 : maxCharacters).toWellFormed()
}

const ELLIPSIS = '…'

/** Cuts a text to `maxBytes` of UTF-8 at a character boundary, and shows that something is missing. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const room = new Uint8Array(maxBytes - Buffer.byteLength(ELLIPSIS))
  const { read } = new TextEncoder().encodeInto(text, room)
  return text.slice(0, read) + ELLIPSIS
}
