/**
 * Reads a request's body with a limit that holds whatever `Content-Length` says.
 *
 * @module
 */

/**
 * @param maxBytes - Reading stops with the first byte over it.
 * @returns The bytes, empty when there is no body; `undefined` for more than `maxBytes`.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const announced = request.headers.get('content-length')
  // HTTP itself holds a body to the length that it announces (RFC 9112 §6.3), so it is read at once.
  if (announced !== null && /^\d{1,9}$/.test(announced)) {
    if (Number(announced) > maxBytes) return undefined
    const body = new Uint8Array(await request.arrayBuffer())
    return body.length > maxBytes ? undefined : body
  }
  const stream: ReadableStream<Uint8Array> | null = request.body
  return stream === null ? new Uint8Array() : readStream(stream, maxBytes)
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    // Leaving the loop cancels the stream: nothing over the limit is waited for.
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return join(chunks, length)
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
