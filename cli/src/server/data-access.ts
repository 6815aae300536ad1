/**
 * Who owns the files of a data directory: a worker that runs as another user than before could not write them.
 *
 * @module
 */
import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { codeOf, systemReason } from '../files/system-reason.ts'

const ROOT = 0

/** Checks that this process can write some files, and everything in them if they are folders. */
export async function checkWritable(paths: readonly string[]): Promise<Result<void, string>> {
  for (const path of paths) {
    const checked = await checkPath(path)
    if (!checked.ok) return checked
  }
  return ok(undefined)
}

async function checkPath(path: string): Promise<Result<void, string>> {
  try {
    const isFolder = (await stat(path)).isDirectory()
    await access(path, constants.R_OK | constants.W_OK | (isFolder ? constants.X_OK : 0))
    return isFolder
      ? await checkWritable((await readdir(path)).map((name) => join(path, name)))
      : ok(undefined)
  } catch (error) {
    // A process of before may remove files until it ends.
    if (codeOf(error) === 'ENOENT') return ok(undefined)
    return err(`cannot use "${path}": ${systemReason(error)}; ${await ownerText(path)}`)
  }
}

/** @returns Why a file cannot be written, for messages. @throws Error of the operating system */
export async function ownerText(path: string): Promise<string> {
  const { uid, mode } = await stat(path)
  const text = `it belongs to ${userText(uid)} (${modeText(mode)})`
  const user = process.getuid?.() ?? uid
  return user === uid
    ? text
    : `${text}, and this process runs as ${userText(user)}; change that with: chown ${String(user)} ${path}`
}

/** Permissions for messages: `mode 0750`. */
export const modeText = (mode: number): string =>
  `mode ${(mode & 0o777).toString(8).padStart(4, '0')}`

const userText = (uid: number): string => (uid === ROOT ? 'root' : `user ${String(uid)}`)
