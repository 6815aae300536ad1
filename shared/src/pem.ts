/**
 * Strict PEM (RFC 7468 §3): one label, no headers, no text between blocks, canonical base64.
 *
 * @module
 */
import { err, ok, type Result } from './result.ts'

const LINE_CHARACTERS = 64

/** Labels of RFC 7468 that this project reads or writes. */
export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'PRIVATE KEY' | 'PUBLIC KEY'

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
  const lines = base64.match(new RegExp(`.{1,${String(LINE_CHARACTERS)}}`, 'g')) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
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

/** Standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCodePoint(byte)
  return btoa(binary)
}

/** @returns The octets, or `undefined` for anything but canonical, padded base64 (RFC 4648 §3.5). */
export function decodeBase64(base64: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined
  const binary = atob(base64)
  const bytes = Uint8Array.from(binary, (character) => character.codePointAt(0) ?? 0)
  // Unused bits that are not zero would make two texts mean the same octets.
  return btoa(binary) === base64 ? bytes : undefined
}
