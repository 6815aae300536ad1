import type { ParseError } from '../parse-error.ts'
import { err, ok, type Result } from '../result.ts'
import { DerError } from './der-error.ts'
import { DerReader } from './reader.ts'

/** An input, and the largest size that is read, in octets. */
export interface DerInput {
  readonly bytes: Uint8Array
  readonly maxBytes: number
}

/**
 * Applies a grammar to a whole input.
 *
 * @returns What `read` returns; or where and how the octets differ from the grammar.
 */
export function readDer<T>(
  { bytes, maxBytes }: DerInput,
  read: (reader: DerReader) => T,
): Result<T, ParseError> {
  if (bytes.length > maxBytes) {
    const [found, most] = [String(bytes.length), String(maxBytes)]
    return err({
      code: 'input_too_large',
      octet: maxBytes,
      message: `it has ${found} octets, which exceeds the maximum of ${most}`,
    })
  }
  try {
    const reader = new DerReader(bytes)
    const value = read(reader)
    reader.end()
    return ok(value)
  } catch (error) {
    if (error instanceof DerError) return err(error.parseError)
    throw error
  }
}
