/**
 * Texts of others that stay in memory: short enough that many objects of one tenant do not fill it, and
 * still different when the texts are.
 *
 * @module
 */
import { digestOf } from '../api/digest.ts'
import { oneLine } from '../api/one-line.ts'
import { stableText } from './stable-text.ts'

/** Longest message of a condition that is kept, in UTF-16 code units. */
export const MAX_KEPT_MESSAGE = 320

/**
 * @param maxCharacters - At least 64.
 * @returns The text, or where it is longer its beginning and a digest of all of it. A text that was cut is
 *   returned as it is.
 */
export function keptText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text
  const mark = `… (${digestOf(text)})`
  // By way of bytes: a part of a string would keep all of it in memory.
  return Buffer.from(oneLine(text, maxCharacters - mark.length) + mark).toString()
}

/** @returns The message as it is kept: of a long one, what {@link stableText} ignores is not in the digest. */
export const keptMessage = (message: string): string =>
  message.length <= MAX_KEPT_MESSAGE ? message : keptText(stableText(message), MAX_KEPT_MESSAGE)
