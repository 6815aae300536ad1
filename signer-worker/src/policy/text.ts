/**
 * Values of a request inside messages: quoted, cut to a readable length, and without characters that
 * could change how a terminal or a log shows them.
 *
 * @module
 */

/** Longest value that is shown whole, in UTF-16 units. */
const MAX_QUOTED = 128

/** Most items of a list that are shown. */
const MAX_LISTED = 8

/** Whether there is one of U+0000 to U+001F and U+007F to U+009F (Unicode's category Cc). */
export function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const character = text.codePointAt(at) ?? 0
    if (character < 0x20 || (character >= 0x7f && character < 0xa0)) return true
  }
  return false
}

/** `"a.example"`; control and format characters become escapes. */
export function quote(text: string): string {
  const shown = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
  return JSON.stringify(shown).replaceAll(
    /\p{C}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** `"a", "b"`; the rest of a long list is counted, and an empty one is called `none`. */
export function quoteList(texts: readonly string[]): string {
  if (texts.length === 0) return 'none'
  const shown = texts.slice(0, MAX_LISTED).map(quote).join(', ')
  const rest = texts.length - MAX_LISTED
  return rest > 0 ? `${shown} and ${String(rest)} more` : shown
}
