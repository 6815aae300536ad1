import { decodePem, err, ok, type Result } from '@edge-issuer/shared'

/** First octet of every DER certification request: a SEQUENCE (RFC 2986 §4.2). */
const DER_SEQUENCE = 0x30

/** The second label is what old tools write (RFC 7468 §7). */
const PEM_BLOCK =
  /^-----BEGIN (NEW )?CERTIFICATE REQUEST-----$([\s\S]*?)^-----END \1CERTIFICATE REQUEST-----/m

/**
 * Takes a certification request out of its file. Nothing is judged here, so that the worker sees
 * what the user has: all that is not PEM goes out as it is.
 *
 * @returns DER, or whatever stands in its place; an error only for PEM that cannot be decoded.
 */
export function unwrapCsr(content: Uint8Array): Result<Uint8Array, string> {
  if (content[0] === DER_SEQUENCE) return ok(content)
  const text = Buffer.from(content).toString('latin1').replaceAll('\r\n', '\n')
  const body = PEM_BLOCK.exec(text)?.[2]
  if (body === undefined) {
    const label = /^-----BEGIN ([^-]*)-----/m.exec(text)?.[1]
    return label === undefined
      ? ok(content)
      : err(`holds a PEM block "${label}"; wanted "CERTIFICATE REQUEST"`)
  }
  const pem = `-----BEGIN CERTIFICATE REQUEST-----${body}-----END CERTIFICATE REQUEST-----`
  const blocks = decodePem(pem, {
    label: 'CERTIFICATE REQUEST',
    maxBlocks: 1,
    maxCharacters: pem.length,
  })
  return blocks.ok ? ok(blocks.value[0] ?? new Uint8Array()) : err(blocks.error)
}
