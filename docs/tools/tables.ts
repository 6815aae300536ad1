/** Markdown tables, and the markers in a document where they are inserted. */

/** @returns A table; oxfmt aligns its columns. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map(tableLine).join('')

const tableLine = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |\n`

/** Sets a text as code. */
export const code = (text: string): string => `\`${text}\``

/**
 * Puts generated text between `<!-- generated: NAME -->` and `<!-- end -->`.
 *
 * @throws Error when the document has no such marker.
 */
export function replaceGenerated(document: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->`
  const start = document.indexOf(begin)
  const end = document.indexOf('<!-- end -->', start)
  if (start < 0 || end < 0) throw new Error(`the document has no marker for "${name}"`)
  return `${document.slice(0, start + begin.length)}\n\n${text}\n${document.slice(end)}`
}
