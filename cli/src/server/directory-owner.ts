/**
 * Whether root may use a directory: another user who can replace its files could make root read, write or give away
 * files of others.
 *
 * @module
 */
import { lstat, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { ancestry } from '../files/ancestry.ts'

/**
 * Checks that no other user owns the directory or one above it, if this process is root.
 *
 * @param directory - Exists.
 * @returns The directory of another user, with the command to use instead.
 * @throws Error of the operating system
 */
export async function checkDirectoryOwner(directory: string): Promise<Result<void, string>> {
  if (process.getuid?.() !== 0) return ok(undefined)
  // In a user namespace the root directory may belong to a user that is not mapped.
  const trusted = new Set([0, (await lstat('/')).uid])
  for (const path of [resolve(directory), await realpath(directory)].flatMap(topDown)) {
    const { uid } = await lstat(path)
    if (!trusted.has(uid)) {
      return err(
        `root must not use data directory "${directory}": "${path}" belongs to user ${String(uid)}, who could make root change other files; run the command as that user: sudo -u '#${String(uid)}' edge-issuer …`,
      )
    }
  }
  return ok(undefined)
}

/** From the root directory: the highest one of another user decides. */
const topDown = (path: string): readonly string[] => ancestry(path).toReversed()
