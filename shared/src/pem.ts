/**
 * Strict PEM (RFC 7468 §3) for files of our own, chains and keys: one label, no headers, no text between
 * blocks, canonical base64. Certification requests are read by `pem-request.ts`.
 *
 * @module
 */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { err, ok, type Result } from './result.ts'

const LINE_CHARACTERS = 64

/** Labels of RFC 7468 that this project reads or writes. */
export type PemLabel =
  | 'CERTIFICATE'
  | 'CERTIFICATE REQUEST'
  | 'ENCRYPTED PRIVATE KEY'
  | 'PRIVATE KEY'
  | 'PUBLIC KEY'

/** Where and how much; every input has a limit. */
export interface PemLimits {
  readonly label: PemLabel
  readonly maxBlocks: number
  /** Longest text, in characters. */
  readonly maxCharacters: number
}

/** Encodes one DER value, lines of 64 characters, with a newline at the end. */
export function encodePem(label: PemLabel, der: Uint8Array): string {
  const base64 = encodeBase64(der)
  let lines = ''
  for (let at = 0; at < base64.length; at += LINE_CHARACTERS) {
    lines += `${base64.slice(at, at + LINE_CHARACTERS)}\n`
  }
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}

/**
 * Decodes one or more blocks of one label.
 *
 * White space around blocks, CRLF line ends and lines of any length are accepted, as other tools
 * write them; anything else is refused: other labels, headers, text, base64 that is not canonical.
 *
 * @returns The DER values in order, at least one; or what was found.
 */
export function decodePem(text: string, limits: PemLimits): Result<readonly Uint8Array[], string> {
  const { label, maxBlocks, maxCharacters } = limits
  if (text.length > maxCharacters) {
    return err(
      `the PEM text has ${String(text.length)} characters, more than ${String(maxCharacters)}`,
    )
  }
  const begin = `-----BEGIN ${label}-----`
  const end = `-----END ${label}-----`
  const blocks: Uint8Array[] = []
  let rest = text.trim()
  while (rest !== '') {
    if (blocks.length === maxBlocks) return err(`more than ${String(maxBlocks)} PEM blocks`)
    if (!rest.startsWith(begin))
      return err(`expected "${begin}" in PEM block ${String(blocks.length + 1)}`)
    const endAt = rest.indexOf(end)
    if (endAt < 0) return err(`"${end}" is missing`)
    const der = decodeBase64(rest.slice(begin.length, endAt).replaceAll(/[\r\n\t ]/g, ''))
    if (der === undefined || der.length === 0) {
      return err(`PEM block ${String(blocks.length + 1)} is not base64`)
    }
    blocks.push(der)
    rest = rest.slice(endAt + end.length).trimStart()
  }
  return blocks.length === 0 ? err(`there is no "${begin}" block`) : ok(blocks)
}
