/**
 * Cuts a stream of bytes into lines, strictly: what cannot be a whole line is an error, since a line
 * lost in silence would be a change that is never seen.
 *
 * @module
 */

/** Longest line, in bytes. The API server takes objects of at most 3 MiB (MaxRequestBodyBytes). */
export const MAX_LINE_BYTES = 4 * 1_048_576

const NEWLINE = 0x0a

/**
 * Cuts `body` into lines.
 *
 * @yields Each line without its newline; empty ones are left out.
 * @throws Error when a line is too long, is not UTF-8, or the stream ends inside it.
 */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  let length = 0
  const keep = (part: Uint8Array): void => {
    length += part.length
    if (length > MAX_LINE_BYTES) throw new Error(`a line is longer than ${MAX_LINE_BYTES} bytes`)
    parts.push(part)
  }
  for await (const chunk of body) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end))
      if (length > 0) yield decode(parts, length)
      parts = []
      length = 0
      start = end + 1
    }
    if (start < chunk.length) keep(chunk.subarray(start))
  }
  if (length > 0) throw new Error('the stream ended inside a line')
}

function decode(parts: readonly Uint8Array[], length: number): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts, length))
}
