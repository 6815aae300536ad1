import { printable } from './printable.ts'

/** Between columns, in characters. */
const GAP = 2

/**
 * Rows under a heading, each column as wide as its widest cell.
 *
 * @returns Lines without trailing spaces, each with its end.
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
