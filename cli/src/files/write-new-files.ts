/**
 * Writes files atomically, and never overwrites a file unless the user names it to be replaced.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import { unignoredWarning } from './git-warning.ts'
import { codeOf, systemReason } from './system-reason.ts'

/** A file to write. */
export interface NewFile {
  /** Relative to the working directory, or absolute. */
  readonly path: string
  readonly text: string
  /** A private file is created with 0600 in a folder with 0700, other files with 0644 minus the umask. */
  readonly isPrivate: boolean
}

/** Whether `path` exists, also as a broken symbolic link. */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch {
    return false
  }
}

/** Fails early if `path` exists, before a command does work whose result it could not write. */
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
 * Writes all the files, or none. Each name is first reserved by an empty file that only this call can have
 * created (O_EXCL), and then replaced by the full file in one rename. A crash in between leaves empty files and
 * hidden `.tmp` files, never half a key under its name. Prints a warning about private files that git does not
 * ignore.
 *
 * @returns The error; the files written by this call are then removed.
 */
export async function writeNewFiles(
  files: readonly NewFile[],
  io: Io,
): Promise<Result<void, string>> {
  const reserved: string[] = []
  const undo = async (failure: Result<void, string>): Promise<Result<void, string>> => {
    for (const target of reserved) await rm(target, { force: true })
    return failure
  }
  for (const file of files) {
    const target = resolve(io.cwd, file.path)
    const reservation = await reserve(target, file)
    if (!reservation.ok) return undo(reservation)
    reserved.push(target)
  }
  for (const file of files) {
    const whole = { ...file, mode: modeOf(file) }
    const replacement = await replaceWhole(resolve(io.cwd, file.path), whole)
    if (!replacement.ok) return undo(replacement)
  }
  const keys = files.filter(({ isPrivate }) => isPrivate).map(({ path }) => resolve(io.cwd, path))
  const warning = await unignoredWarning(keys)
  if (warning !== undefined) io.stderr(warning)
  return ok(undefined)
}

/**
 * Replaces an existing file in one rename and keeps its mode. The target of a symbolic link is replaced, not the
 * link.
 *
 * @returns The error; the file is then unchanged.
 */
export async function replaceFile(
  path: string,
  text: string,
  io: Io,
): Promise<Result<void, string>> {
  try {
    const target = await realpath(resolve(io.cwd, path))
    const mode = (await stat(target)).mode & 0o777
    return await replaceWhole(target, { path, text, mode })
  } catch (error) {
    return err(`cannot write "${path}": ${systemReason(error)}`)
  }
}

async function reserve(target: string, file: NewFile): Promise<Result<void, string>> {
  try {
    await mkdir(dirname(target), { recursive: true, mode: file.isPrivate ? 0o700 : 0o777 })
  } catch (error) {
    return err(`cannot create the folder of "${file.path}": ${systemReason(error)}`)
  }
  try {
    await (await open(target, 'wx', modeOf(file))).close()
    return ok(undefined)
  } catch (error) {
    return err(codeOf(error) === 'EEXIST' ? existsAlready(file.path) : cannotWrite(file, error))
  }
}

async function replaceWhole(
  target: string,
  file: Pick<NewFile, 'path' | 'text'> & { readonly mode: number },
): Promise<Result<void, string>> {
  const name = `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`
  const temporary = join(dirname(target), name)
  try {
    const handle = await open(temporary, 'wx', file.mode)
    try {
      await handle.writeFile(file.text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
    return ok(undefined)
  } catch (error) {
    await rm(temporary, { force: true })
    return err(cannotWrite(file, error))
  }
}

const existsAlready = (path: string): string =>
  `"${path}" already exists and is not overwritten; choose another path, or move the file away`

const cannotWrite = ({ path }: Pick<NewFile, 'path'>, error: unknown): string =>
  `cannot write "${path}": ${systemReason(error)}`

const modeOf = ({ isPrivate }: NewFile): number => (isPrivate ? 0o600 : 0o644)
