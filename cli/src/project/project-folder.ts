/**
 * Where the files of a new project go: an empty folder for the project, another folder for the admin's key.
 *
 * @module
 */
import { readdir, rmdir } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { dataFolder, keyFolder } from '../files/key-folder.ts'
import { codeOf, systemReason } from '../files/system-reason.ts'
import { type NewFile, writeNewFiles } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'

/** @returns Whether the folder exists; an error unless it is absent or empty. */
export async function checkEmpty(folder: string, io: Io): Promise<Result<boolean, string>> {
  try {
    const [first] = await readdir(resolve(io.cwd, folder))
    return first === undefined
      ? ok(true)
      : err(
          `"${folder}" is not empty: it contains "${first}"; choose a folder that is empty or does not exist`,
        )
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok(false)
    return err(`cannot use "${folder}" as the folder of the project: ${systemReason(error)}`)
  }
}

/**
 * The folder for the private key of the first admin, which is never inside the project.
 *
 * @param given - The value of `--keys`.
 */
export function adminKeyFolder(
  project: string,
  given: string | undefined,
  io: Io,
): Result<string, string> {
  const isInside = (folder: string): boolean => isBelow(resolve(io.cwd, folder), project, io)
  if (given !== undefined) {
    return isInside(given)
      ? err(
          `--keys: "${given}" is inside the project; a private key must not be where version control could include it`,
        )
      : ok(given)
  }
  const folder = keyFolder('.', io)
  return ok(isInside(folder) ? dataFolder('.', io) : folder)
}

function isBelow(path: string, project: string, { cwd }: Io): boolean {
  const way = relative(resolve(cwd, project), path)
  return way !== '..' && !way.startsWith(`..${sep}`)
}

/** Writes all files or none. @param existed - Whether the project's folder existed before. */
export async function writeProject(
  files: readonly NewFile[],
  { folder, existed }: { readonly folder: string; readonly existed: boolean },
  io: Io,
): Promise<Result<void, string>> {
  const written = await writeNewFiles(files, io)
  if (!written.ok && !existed) {
    try {
      await rmdir(resolve(io.cwd, folder))
    } catch {
      // It was not created, or another program has put a file there.
    }
  }
  return written
}
