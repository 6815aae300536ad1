/**
 * Reads a file line by line in bounded memory.
 *
 * @module
 */

/** A line without its line break, or a marker for a line over the limit. */
export type Line = { readonly bytes: Uint8Array } | 'too long'

const LINE_FEED = 0x0a

/**
 * Splits chunks at line feeds. Text after the last line feed is a line too.
 *
 * @param maxBytes - Maximum length of a line; further bytes are discarded.
 * @yields The lines in order.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line, void> {
  let parts: Uint8Array[] = []
  let length = 0
  const take = (part: Uint8Array): void => {
    length += part.length
    if (length <= maxBytes) parts.push(part)
    else parts = []
  }
  const finish = (): Line => {
    const line: Line = length > maxBytes ? 'too long' : { bytes: Buffer.concat(parts) }
    parts = []
    length = 0
    return line
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      take(chunk.subarray(start, end))
      yield finish()
      start = end + 1
    }
    take(chunk.subarray(start))
  }
  if (length > 0) yield finish()
}
