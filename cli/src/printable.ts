/**
 * Text of strangers on a terminal. Whoever asks for a certificate chooses its names, and a terminal
 * obeys what it is sent.
 *
 * @module
 */

/** Control characters, and those that change the direction or the look of others. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** @returns The text on one line; what is no character to look at as `\u{…}`. */
export const printable = (text: string): string =>
  text.replaceAll(
    UNPRINTABLE,
    (character) => String.raw`\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
