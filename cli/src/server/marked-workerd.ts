/**
 * Puts the marker of a lock into the command line of the workerd that miniflare starts, so that the next holder of
 * the lock can end one that outlived its command.
 *
 * @module
 */
import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { DirectoryLock } from './directory-lock.ts'
import { installedWorkerd } from './workerd-program.ts'

/** The variable with the path of the program that miniflare runs. */
const PROGRAM_VARIABLE = 'MINIFLARE_WORKERD_PATH'

/** Options of {@link withMarkedWorkerd}. */
export interface MarkedWorkerdOptions {
  /** Folder of the link. */
  readonly data: string
  /** Folder of the project, in which workerd is installed. */
  readonly project: string
  readonly lock: Pick<DirectoryLock, 'marker' | 'lastMarker'>
}

/** While `run` runs, miniflare starts workerd through a link with the marker in its name. */
export async function withMarkedWorkerd<T>(
  { data, project, lock: { marker, lastMarker } }: MarkedWorkerdOptions,
  run: () => Promise<T>,
): Promise<T> {
  const linkOf = (one: string): string => join(data, `workerd-${one}`)
  if (lastMarker !== undefined) await rm(linkOf(lastMarker), { force: true })
  const before = process.env[PROGRAM_VARIABLE]
  const program = before ?? installedWorkerd([project])
  // On a platform that "worker serve" does not support, miniflare runs its own.
  if (program === undefined) return run()
  const link = linkOf(marker)
  await symlink(program, link)
  process.env[PROGRAM_VARIABLE] = link
  try {
    return await run()
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, PROGRAM_VARIABLE)
    else process.env[PROGRAM_VARIABLE] = before
    await rm(link, { force: true })
  }
}
