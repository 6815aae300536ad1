/**
 * Folders in a data directory that a backup or a restore left when it was killed.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isProcessAlive } from '../processes/process-alive.ts'

/** Name of the folder with the copies of a backup, which says the process that uses it. */
export const scratchName = (name: string): string =>
  `.${name}.${String(process.pid)}-${randomText()}.tmp`

/** What a backup to standard output is called: its copies are in the data directory. */
export const STREAMED_BACKUP = 'backup'

const BACKUP_SCRATCH = new RegExp(`^\\.${STREAMED_BACKUP}\\.(\\d+)-[0-9a-f]+\\.tmp$`)
const RESTORE_SCRATCH = /^\.restore-[0-9a-f]+\.tmp$/

/** @returns A name for the folder into which a restore unpacks. */
export const restoreScratchName = (): string => `.restore-${randomText()}.tmp`

const randomText = (): string => randomBytes(6).toString('hex')

/** Removes folders of backups whose process has ended; others may be in use. */
export const removeBackupLeftovers = async (directory: string): Promise<void> =>
  remove(directory, async (name) => {
    const [, pid] = BACKUP_SCRATCH.exec(name) ?? []
    return pid !== undefined && !(await isProcessAlive(Number(pid)))
  })

/** Removes folders of restores too. Must run under the lock of the directory. */
export async function removeLeftovers(directory: string): Promise<void> {
  await removeBackupLeftovers(directory)
  await remove(directory, (name) => RESTORE_SCRATCH.test(name))
}

async function remove(
  directory: string,
  isLeft: (name: string) => boolean | Promise<boolean>,
): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!(await isLeft(name))) continue
    try {
      await rm(join(directory, name), { recursive: true, force: true })
    } catch {
      // It belongs to another user, and only takes space.
    }
  }
}
