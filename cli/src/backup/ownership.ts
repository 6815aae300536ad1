/**
 * Who owns the files of a data directory, when root works on that of a server that runs as another user.
 *
 * @module
 */
import { lchown, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../files/system-reason.ts'
import { DATA_PATHS } from '../server/data-directory.ts'

/**
 * Gives record, lock and ledgers to the owner of the directory, if this process is root and the owner is not.
 *
 * A folder is given away after what is in it, and links are not followed: the owner must not get any other file.
 */
export async function adoptByOwner(directory: string): Promise<void> {
  const owner = await stat(directory)
  if (process.getuid?.() !== 0 || owner.uid === 0) return
  for (const name of [DATA_PATHS.lock, DATA_PATHS.record, DATA_PATHS.ledger]) {
    await adopt(join(directory, name), owner)
  }
}

async function adopt(
  path: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  try {
    for (const name of await readdir(path)) await adopt(join(path, name), owner)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    if (codeOf(error) !== 'ENOTDIR') throw error
  }
  await lchown(path, owner.uid, owner.gid)
}
