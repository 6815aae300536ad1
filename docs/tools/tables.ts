/** Tables in Markdown, and the places in a document where they go. */

/** @returns A table; oxfmt aligns its columns. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map(tableLine).join('')

const tableLine = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |\n`

/** As code. */
export const code = (text: string): string => `\`${text}\``

/**
 * Puts generated text between `<!-- generated: NAME -->` and `<!-- end -->`.
 *
 * @throws Error when there is no such place.
 */
export function replaceGenerated(document: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->`
  const start = document.indexOf(begin)
  const end = document.indexOf('<!-- end -->', start)
  if (start < 0 || end < 0) throw new Error(`the document has no place for "${name}"`)
  return `${document.slice(0, start + begin.length)}\n\n${text}\n${document.slice(end)}`
}
