import { open } from 'node:fs/promises'
import { err, ok, type Result } from '@edge-issuer/shared'

/** A file that could not be read. */
export interface FileError {
  readonly code: 'ENOENT' | 'other'
  /** Without the path. */
  readonly reason: string
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
}

/** Reads a file, or a pipe, as UTF-8 text. @returns An error, also for more than `maxBytes`. */
export async function readBoundedFile(
  path: string,
  maxBytes: number,
): Promise<Result<string, FileError>> {
  try {
    await using file = await open(path)
    const parts: Buffer[] = []
    let length = 0
    for await (const part of file.createReadStream({ autoClose: false })) {
      if (!Buffer.isBuffer(part)) continue
      length += part.length
      if (length > maxBytes) {
        return err({ code: 'other', reason: `it exceeds the maximum of ${String(maxBytes)} bytes` })
      }
      parts.push(part)
    }
    return ok(Buffer.concat(parts, length).toString('utf8'))
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    const reason = REASONS[code] ?? (code === '' ? 'it cannot be read' : code)
    return err({ code: code === 'ENOENT' ? 'ENOENT' : 'other', reason })
  }
}
