/**
 * The default folder for keys, which is never inside a git work tree or a worker's project, where one `git add` could
 * publish them.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Io } from '../terminal/io.ts'
import { ancestry } from './ancestry.ts'
import { isInWorkTree } from './git-warning.ts'

/** The base of {@link keyFolder} in the places that {@link KEY_FOLDER_PLACES} names, for help texts. */
export const KEY_FOLDER_IN_HELP = '~/.local/share/edge-issuer'

/** Where {@link keyFolder} is not below the working directory, for help texts. */
export const KEY_FOLDER_PLACES = 'inside a git work tree or the project of a worker'

/** Created by `worker init`, and required by wrangler. */
const PROJECT_FILE = 'wrangler.jsonc'

/** Whether a folder is in the project of a worker. */
export const isInProject = (folder: string): boolean =>
  ancestry(folder).some((one) => existsSync(join(one, PROJECT_FILE)))

/**
 * @param name - Folder for the files, relative to the working directory: `ca`, or `.`.
 * @returns `name` itself; inside a git work tree or a project a folder of this name below
 *   `$XDG_DATA_HOME/edge-issuer`, or `~/.local/share/edge-issuer` (XDG Base Directory Specification, version 0.8). If that is in a work tree too,
 *   as with a home directory under version control, a warning follows when the files are written.
 */
export const keyFolder = (name: string, io: Io): string =>
  isInWorkTree(io.cwd) || isInProject(io.cwd) ? dataFolder(name, io) : name

/** The folder of this name below `$XDG_DATA_HOME/edge-issuer`, or `~/.local/share/edge-issuer`. */
export function dataFolder(name: string, { cwd, env }: Io): string {
  const data = env['XDG_DATA_HOME'] ?? ''
  const base = data.startsWith('/') ? data : join(env['HOME'] ?? dirname(cwd), '.local', 'share')
  return join(base, 'edge-issuer', name)
}
