/**
 * Text of others on its way to people: a terminal, a condition, a log. Some characters are not seen, and
 * change how those around them are read: they hide text, reverse it, or steer the terminal.
 *
 * @module
 */

/**
 * Characters that change others: of format (category Cf: bidirectional overrides, zero-width characters,
 * tags), and what renderers ignore (fillers, variation selectors, the joiner of graphemes).
 */
const IGNORED = String.raw`\p{Cf}\p{Default_Ignorable_Code_Point}`
/** Characters that end a line or steer a terminal. */
const CONTROLS = String.raw`\p{Cc}\p{Zl}\p{Zp}`

/** Every character that is not seen as itself. */
export const INVISIBLE: RegExp = new RegExp(`[${IGNORED}${CONTROLS}]`, 'gu')

const ALL_IGNORED = new RegExp(`[${IGNORED}]+`, 'gu')
const ALL_CONTROLS = new RegExp(`[${CONTROLS}]+`, 'gu')
/** Without a line feed, a carriage return and a tab. */
const ALL_BUT_LAYOUT = new RegExp(String.raw`(?:(?![\n\r\t])[${CONTROLS}])+`, 'gu')

/** @returns The text on one line: ignored characters are removed, runs of the others become a space. */
export const visibleText = (text: string): string =>
  text.replaceAll(ALL_IGNORED, '').replaceAll(ALL_CONTROLS, ' ')

/** @returns The text as {@link visibleText} has it, with its lines and tabs. */
export const visibleLines = (text: string): string =>
  text.replaceAll(ALL_IGNORED, '').replaceAll(ALL_BUT_LAYOUT, ' ')
