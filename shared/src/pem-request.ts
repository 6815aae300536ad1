/**
 * The certification request of a PEM text, as everything around cert-manager reads it: the first block
 * that Go's encoding/pem.Decode finds, whatever is before and after it. cert-manager's webhook has
 * checked, and an approver has seen, that block and no other.
 *
 * @module
 */
import { err, ok, type Result } from './result.ts'

/** cert-manager's limit for one request in PEM (internal/pem/decode.go, SafeDecodeCSR), in bytes. */
export const MAX_PEM_REQUEST_BYTES = 36_500

/** The second one is what older tools write (RFC 7468 §7). */
const REQUEST_LABELS: ReadonlySet<string> = new Set([
  'CERTIFICATE REQUEST',
  'NEW CERTIFICATE REQUEST',
])

/** Longest label that is repeated in a message, in characters. */
const MAX_LABEL_CHARACTERS = 64

/** One PEM block. Its headers (RFC 1421 §4.6) are not kept. */
export interface PemBlock {
  readonly label: string
  readonly bytes: Uint8Array
}

/**
 * The certification request in a PEM text of at most {@link MAX_PEM_REQUEST_BYTES} bytes.
 *
 * @returns DER, which is not parsed here; or an error, which follows the name of the text.
 */
export function decodePemRequest(text: Uint8Array): Result<Uint8Array, string> {
  if (text.length > MAX_PEM_REQUEST_BYTES) {
    return err(`exceeds the maximum of ${String(MAX_PEM_REQUEST_BYTES)} bytes (${text.length})`)
  }
  const block = decodeFirstPemBlock(text)
  if (block === undefined) {
    return err(
      'has no complete PEM block; expected lines of base64 between "-----BEGIN CERTIFICATE REQUEST-----" and "-----END CERTIFICATE REQUEST-----"',
    )
  }
  if (!REQUEST_LABELS.has(block.label)) {
    const label = JSON.stringify(block.label.slice(0, MAX_LABEL_CHARACTERS))
    return err(`has ${label} as its first PEM block; expected "CERTIFICATE REQUEST"`)
  }
  return block.bytes.length === 0
    ? err('has an empty PEM block; expected base64 between its first and last line')
    : ok(block.bytes)
}

const BEGIN = '-----BEGIN '
const END = '\n-----END '
const DASHES = '-----'

/**
 * The first PEM block in a text, found and decoded exactly as Go 1.26 does (encoding/pem.Decode): a
 * block that is not well-formed is skipped, blanks at the ends of lines and inside base64 are ignored,
 * lines with a colon after the first line are headers.
 *
 * @returns `undefined` if there is none.
 */
export function decodeFirstPemBlock(bytes: Uint8Array): PemBlock | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  for (let from = 0; ;) {
    const found = readBlock(text, from)
    if (typeof found !== 'number') return found
    from = found
  }
}

/** @returns The block; `undefined` if there is no other; or where to search for the next one. */
function readBlock(text: string, from: number): PemBlock | number | undefined {
  const endAt = text.indexOf(END, from)
  if (endAt < 0) return undefined
  const trailerAt = endAt + END.length
  const beginAt = findBegin(text, from, endAt)
  if (beginAt === undefined) return trailerAt
  const first = lineAt(text, beginAt + BEGIN.length)
  if (!first.line.endsWith(DASHES)) return nextFrom(first.next, trailerAt)
  const label = first.line.slice(0, -DASHES.length)
  const contentsAt = skipHeaders(text, first.next)
  if (contentsAt === undefined) return undefined
  const isWhole = contentsAt === first.next || endAt >= contentsAt
  if (!isWhole || !isTrailer(text, trailerAt, label)) return nextFrom(contentsAt, trailerAt)
  const decoded = decodeBody(text.slice(contentsAt, Math.max(contentsAt, endAt)))
  return decoded === undefined ? trailerAt : { label, bytes: decoded }
}

/** The last BEGIN before the END, so that a BEGIN without an END of its own is skipped. */
function findBegin(text: string, from: number, endAt: number): number | undefined {
  const at = text.slice(from, endAt).lastIndexOf(BEGIN)
  if (at < 0 || (at > 0 && text[from + at - 1] !== '\n')) return undefined
  return from + at
}

/** Go gives up where headers reach beyond the END line. */
const nextFrom = (readTo: number, trailerAt: number): number | undefined =>
  readTo > trailerAt ? undefined : trailerAt

/** @returns Where the base64 begins; `undefined` at the end of the text. */
function skipHeaders(text: string, from: number): number | undefined {
  for (let at = from; at < text.length;) {
    const { line, next } = lineAt(text, at)
    if (!line.includes(':')) return at
    at = next
  }
  return undefined
}

/** The same label, dashes, and nothing else on the line. */
const isTrailer = (text: string, at: number, label: string): boolean =>
  text.startsWith(label + DASHES, at) && lineAt(text, at + label.length + DASHES.length).line === ''

/** The line at an offset without blanks at its end, and the offset of the next one. */
function lineAt(text: string, at: number): { readonly line: string; readonly next: number } {
  const newlineAt = text.indexOf('\n', at)
  if (newlineAt < 0) return { line: trimBlanks(text.slice(at)), next: text.length }
  const lineEnd = newlineAt > at && text[newlineAt - 1] === '\r' ? newlineAt - 1 : newlineAt
  return { line: trimBlanks(text.slice(at, lineEnd)), next: newlineAt + 1 }
}

/** Blanks and tabs alone; a loop, as a regular expression takes time in the square of their number. */
function trimBlanks(line: string): string {
  let end = line.length
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1
  return line.slice(0, end)
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Go's base64.StdEncoding: padded, line ends anywhere, unused bits of any value. */
function decodeBody(text: string): Uint8Array | undefined {
  const base64 = text.replaceAll(/[ \t\r\n]/g, '')
  return base64.length % 4 === 0 && BASE64.test(base64)
    ? new Uint8Array(Buffer.from(base64, 'base64'))
    : undefined
}
