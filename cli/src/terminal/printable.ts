/**
 * Text of strangers on a terminal. Whoever asks for a certificate chooses its names, and a terminal
 * obeys what it is sent.
 *
 * @module
 */
import { INVISIBLE } from '@edge-issuer/shared'

/** @returns The text on one line; what is no character to look at as `\u{…}`. */
export const printable = (text: string): string =>
  text.replaceAll(
    INVISIBLE,
    (character) => String.raw`\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )

/** @returns The same for each line of a text of several lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')
