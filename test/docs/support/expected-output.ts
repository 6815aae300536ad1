/**
 * Output as a document shows it: lines in order, with others between them; `…` is anything within
 * a line, and how many blanks there are does not count.
 *
 * @module
 */

/** @returns The first line that does not come; nothing when all do. */
export function missingLine(expected: string, printed: string): string | undefined {
  const lines = printed.split('\n').map(squeeze)
  let from = 0
  for (const line of expected.split('\n').map(squeeze)) {
    if (line === '') continue
    const pattern = patternOf(line)
    const found = lines.findIndex((one, index) => index >= from && pattern.test(one))
    if (found === -1) return line
    from = found + 1
  }
  return undefined
}

/** A text with `…` for anything, as a pattern of the whole of another one. */
export const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('…')
      .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
      .join('.*')}$`,
    's',
  )

const squeeze = (line: string): string => line.trim().replaceAll(/\s+/g, ' ')
