import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import { systemReason } from './system-reason.ts'

/** Maximum size of an input, in bytes: ten times the size of a configuration with 64 long chains. */
const MAX_INPUT_BYTES = 4_194_304

/**
 * Reads a whole file; `-` is standard input.
 *
 * @param maxBytes - Maximum size of the file.
 * @returns The bytes, or an error message.
 */
export async function readInput(
  path: string,
  io: Io,
  maxBytes = MAX_INPUT_BYTES,
): Promise<Result<Uint8Array, string>> {
  const source = path === '-' ? io.stdin : createReadStream(resolve(io.cwd, path))
  const name = path === '-' ? 'standard input' : `"${path}"`
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of source) {
      chunks.push(chunk)
      length += chunk.length
      if (length > maxBytes) {
        return err(`${name} exceeds the maximum of ${String(maxBytes)} bytes`)
      }
    }
  } catch (error) {
    return err(`cannot read ${name}: ${systemReason(error)}`)
  }
  return ok(Buffer.concat(chunks))
}

/** Reads a whole file as UTF-8, like {@link readInput}. */
export async function readText(
  path: string,
  io: Io,
  maxBytes?: number,
): Promise<Result<string, string>> {
  const bytes = await readInput(path, io, maxBytes)
  if (!bytes.ok) return bytes
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes.value))
  } catch {
    return err(`"${path}" is not UTF-8 text`)
  }
}
