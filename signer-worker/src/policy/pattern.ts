/**
 * approver-policy's wildcards: `*` stands for any characters, also none, also dots and slashes.
 *
 * @module
 */

/** Patterns that were split once, so that comparing is all that is left for a request. */
export interface Patterns {
  /** As the configuration has them. */
  readonly texts: readonly string[]
  /** What stands between the `*` of each. */
  readonly parts: readonly (readonly string[])[]
}

/** @param fold - How texts are changed before they are compared; nothing, when absent. */
export const compilePatterns = (
  texts: readonly string[],
  fold: (text: string) => string = (text) => text,
): Patterns => ({ texts, parts: texts.map((text) => fold(text).split('*')) })

/** Whether `text` matches one of `patterns`. */
export const matchesAny = ({ parts }: Patterns, text: string): boolean =>
  parts.some((pattern) => matches(pattern, text))

/** Linear but for the number of `*`: each part is looked for once, from the left. */
function matches(parts: readonly string[], text: string): boolean {
  const [first = ''] = parts
  const end = parts.length - 1
  const last = parts[end] ?? ''
  if (end === 0) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (let index = 1; index < end; index += 1) {
    const part = parts[index] ?? ''
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
