/**
 * Finds private files of a server that every user of the machine can read.
 *
 * @module
 */
import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ancestry } from '../files/ancestry.ts'
import type { Io } from '../terminal/io.ts'
import { isSecretName } from './secrets-folder.ts'
import type { ServerPaths } from './server-files.ts'

/** Permission bits of other users (stat(2)): to read a file, and to pass through a directory. */
const OTHERS_READ = 0o004
const OTHERS_SEARCH = 0o001

/** @returns A warning that names secrets and the TLS key that others can read, if there are any. */
export async function exposureWarnings(
  { secrets, tls }: ServerPaths,
  io: Io,
): Promise<readonly string[]> {
  // A volume of a Pod is closed to other Pods, and its driver may choose modes.
  if (io.env['KUBERNETES_SERVICE_HOST'] !== undefined) return []
  const names = await readdir(resolve(io.cwd, secrets)).catch(() => [])
  const paths = names.filter(isSecretName).map((name) => join(secrets, name))
  if (tls !== undefined) paths.push(tls.key)
  const exposed: string[] = []
  for (const path of paths) {
    if (await isExposed(resolve(io.cwd, path)).catch(() => false)) exposed.push(path)
  }
  return exposed.length === 0
    ? []
    : [
        `every user of this machine can read ${exposed.map((path) => `"${path}"`).join(', ')}; make it private with: chmod o-rwx ${exposed.join(' ')}`,
      ]
}

/** Whether others can read the file and pass through every directory above it. @throws Error of the operating system */
async function isExposed(path: string): Promise<boolean> {
  const real = await realpath(path)
  if (((await stat(real)).mode & OTHERS_READ) === 0) return false
  for (const directory of ancestry(dirname(real))) {
    if (((await stat(directory)).mode & OTHERS_SEARCH) === 0) return false
  }
  return true
}
