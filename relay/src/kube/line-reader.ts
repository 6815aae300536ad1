/**
 * Splits a stream of bytes into lines, strictly: an incomplete line is an error, since a lost line would be a change
 * that is never seen.
 *
 * @module
 */
import { BoundedText } from './bounded-text.ts'

/** Longest line, in bytes. The API server takes objects of at most 3 MiB (MaxRequestBodyBytes). */
export const MAX_LINE_BYTES = 4 * 1_048_576

const NEWLINE = 0x0a

/**
 * Cuts `body` into lines.
 *
 * @yields Each line without its newline; empty ones are skipped.
 * @throws Error when a line is too long, is not UTF-8, or the stream ends inside it.
 */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const line = new BoundedText('a line', MAX_LINE_BYTES)
  for await (const chunk of body) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      line.add(chunk.subarray(start, end))
      if (line.length > 0) yield line.take()
      start = end + 1
    }
    if (start < chunk.length) line.add(chunk.subarray(start))
  }
  if (line.length > 0) throw new Error('the stream ended inside a line')
}
