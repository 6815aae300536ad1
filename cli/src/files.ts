/**
 * Files as this program reads and writes them: inputs with a limit, outputs that never replace
 * anything and appear whole or not at all.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Io } from './io.ts'

/** Largest input, in octets; a configuration with 64 long chains is a tenth of it. */
const MAX_INPUT_BYTES = 4_194_304

/** A file to be made. */
export interface NewFile {
  /** Relative to the working directory, or absolute. */
  readonly path: string
  readonly text: string
  /** A private file is 0600 in a folder made 0700; the others are what the umask leaves of 0644. */
  readonly isPrivate: boolean
}

/** Reads a whole file; `-` is standard input. @returns The octets, or what went wrong. */
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
        return err(`${name} is longer than ${String(MAX_INPUT_BYTES)} octets`)
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

/** Says so when there is something at `path` already, for a command that would be in vain. */
export async function refuseExisting(path: string, io: Io): Promise<Result<void, string>> {
  try {
    await lstat(resolve(io.cwd, path))
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? ok(undefined)
      : err(`cannot write "${path}": ${systemReason(error)}`)
  }
  return err(existsAlready(path))
}

/**
 * Makes all the files, or none. Each name is reserved first by an empty file that only this call can
 * have made (O_EXCL), and then replaced by the full file in one rename. A crash in between leaves
 * empty files and hidden `.tmp` files, never half a key under its name.
 *
 * @returns What is in the way, or what went wrong; then everything made here is removed again.
 */
export async function writeNewFiles(
  files: readonly NewFile[],
  io: Io,
): Promise<Result<void, string>> {
  const reserved: string[] = []
  const undo = async (reason: string): Promise<Result<void, string>> => {
    for (const path of reserved) await rm(path, { force: true })
    return err(reason)
  }
  for (const { path, isPrivate } of files) {
    const target = resolve(io.cwd, path)
    try {
      await mkdir(dirname(target), { recursive: true, mode: isPrivate ? 0o700 : 0o777 })
      await (await open(target, 'wx', modeOf(isPrivate))).close()
      reserved.push(target)
    } catch (error) {
      return undo(
        codeOf(error) === 'EEXIST'
          ? existsAlready(path)
          : `cannot write "${path}": ${systemReason(error)}`,
      )
    }
  }
  for (const file of files) {
    try {
      await replaceWhole(resolve(io.cwd, file.path), file)
    } catch (error) {
      return undo(`cannot write "${file.path}": ${systemReason(error)}`)
    }
  }
  return ok(undefined)
}

const existsAlready = (path: string): string =>
  `"${path}" exists already, and nothing is ever overwritten; choose another place or move it away`

async function replaceWhole(target: string, { text, isPrivate }: NewFile): Promise<void> {
  const name = `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`
  const temporary = join(dirname(target), name)
  try {
    const handle = await open(temporary, 'wx', modeOf(isPrivate))
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

const modeOf = (isPrivate: boolean): number => (isPrivate ? 0o600 : 0o644)

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
}

/** The reason in words; the code alone for one that is not foreseen. */
function systemReason(error: unknown): string {
  const code = codeOf(error)
  // Not an error of the operating system: a bug, which must not look like a bad file.
  if (code === undefined) throw error
  return REASONS[code] ?? code
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
