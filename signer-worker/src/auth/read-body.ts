/**
 * Reads a request's body with a limit that holds whatever `Content-Length` says.
 *
 * @module
 */

/**
 * @param maxBytes - Reading stops with the first octet over it.
 * @returns The octets, empty when there is no body; `undefined` for more than `maxBytes`.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return undefined
  const stream: ReadableStream<Uint8Array> | null = request.body
  if (stream === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  // By hand: `for await` over a stream costs workerd more than reading and hashing the body together.
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return join(chunks, length)
    length += value.length
    if (length > maxBytes) {
      // Nothing over the limit is waited for.
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks
  if (first?.length === length) return first
  const joined = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}
