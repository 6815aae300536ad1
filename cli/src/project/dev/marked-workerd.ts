/**
 * Puts the marker of a lock into the command line of the workerd that miniflare starts, so that the next holder of
 * the lock can end one that outlived its command.
 *
 * @module
 */
import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { DirectoryLock } from '../../server/directory-lock.ts'
import { installedWorkerd } from '../../server/workerd-program.ts'

/** The variable with the path of the program that miniflare runs. */
const PROGRAM_VARIABLE = 'MINIFLARE_WORKERD_PATH'

/**
 * Makes miniflare run workerd through a link with the marker in its name, until the result is disposed of.
 *
 * @param data - Folder of the link.
 * @param project - Folder of the project, in which workerd is installed.
 */
export async function linkWorkerd(
  data: string,
  project: string,
  { marker, lastMarker }: Pick<DirectoryLock, 'marker' | 'lastMarker'>,
): Promise<AsyncDisposable> {
  const linkOf = (one: string): string => join(data, `workerd-${one}`)
  if (lastMarker !== undefined) await rm(linkOf(lastMarker), { force: true })
  const before = process.env[PROGRAM_VARIABLE]
  const program = before ?? installedWorkerd([project])
  // On a platform that "worker serve" does not support, miniflare runs its own.
  if (program === undefined) return { [Symbol.asyncDispose]: async () => Promise.resolve() }
  const link = linkOf(marker)
  await symlink(program, link)
  process.env[PROGRAM_VARIABLE] = link
  return {
    [Symbol.asyncDispose]: async () => {
      if (before === undefined) Reflect.deleteProperty(process.env, PROGRAM_VARIABLE)
      else process.env[PROGRAM_VARIABLE] = before
      await rm(link, { force: true })
    },
  }
}
