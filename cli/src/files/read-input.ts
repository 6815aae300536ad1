import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import { systemReason } from './system-reason.ts'

/** Maximum size of an input, in bytes: ten times the size of a configuration with 64 long chains. */
const MAX_INPUT_BYTES = 4_194_304

/** Reads a whole file; `-` is standard input. @returns The bytes, or an error message. */
export async function readInput(path: string, io: Io): Promise<Result<Uint8Array, string>> {
  const source = path === '-' ? io.stdin : createReadStream(resolve(io.cwd, path))
  const name = path === '-' ? 'standard input' : `"${path}"`
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of source) {
      chunks.push(chunk)
      length += chunk.length
      if (length > MAX_INPUT_BYTES) {
        return err(`${name} exceeds the maximum of ${String(MAX_INPUT_BYTES)} bytes`)
      }
    }
  } catch (error) {
    return err(`cannot read ${name}: ${systemReason(error)}`)
  }
  return ok(Buffer.concat(chunks))
}

/** Reads a whole file as UTF-8. */
export async function readText(path: string, io: Io): Promise<Result<string, string>> {
  const bytes = await readInput(path, io)
  if (!bytes.ok) return bytes
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes.value))
  } catch {
    return err(`"${path}" is not UTF-8 text`)
  }
}
