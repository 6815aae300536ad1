/**
 * Escapes untrusted text for a terminal. Requesters choose the names in a certificate, and control characters
 * in them could command the terminal.
 *
 * @module
 */
import { INVISIBLE } from '@edge-issuer/shared'

/** @returns The text on one line, with invisible characters as `\u{…}`. */
export const printable = (text: string): string =>
  text.replaceAll(
    INVISIBLE,
    (character) => String.raw`\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )

/** Applies {@link printable} to each line of a text. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')
