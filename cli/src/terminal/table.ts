import { printable } from './printable.ts'

/** Space between columns, in characters. */
const GAP = 2

/**
 * Formats a table whose columns are as wide as their widest cell.
 *
 * @returns Lines without trailing spaces, each with its line break.
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [headings, ...rows.map((row) => row.map(printable))]
  const widths = headings.map((_, column) => {
    let width = 0
    for (const line of lines) width = Math.max(width, line[column]?.length ?? 0)
    return width + GAP
  })
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(''))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}
