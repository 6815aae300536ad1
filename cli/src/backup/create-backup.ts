/**
 * Makes a backup of a data directory, while a worker uses it.
 *
 * @module
 */
import { open, rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { syncFolder } from '../files/sync-folder.ts'
import { codeOf } from '../files/system-reason.ts'
import {
  checkDataDirectory,
  type DataRecord,
  readDataRecord,
  writeDataRecord,
} from '../server/data-directory.ts'
import { lockDataDirectory } from '../server/directory-lock.ts'
import { removeBackupLeftovers, STREAMED_BACKUP } from '../server/leftovers.ts'
import type { WriteBytes } from './archive.ts'
import { isStorageFailure, storageReason } from './databases.ts'
import {
  type ArchiveOptions,
  fillArchive,
  type FilledArchive,
  type Source,
} from './fill-archive.ts'
import { makeScratchFolder } from './scratch-folder.ts'

/** What to back up, and where to. */
export interface BackupOptions extends ArchiveOptions {
  /** The file to make, which must not exist; or what takes the bytes. */
  readonly out: string | WriteBytes
}

/** A backup that was made. */
export interface Backup extends FilledArchive {
  /** What the user should know about the directory. */
  readonly warning: string | undefined
}

/** @returns The backup, or why there is none; the file then does not exist. */
export async function createBackup(options: BackupOptions): Promise<Result<Backup, string>> {
  const { directory, isFinal, nowMs } = options
  const checked = await checkDataDirectory(directory, 'backup')
  if (!checked.ok) return checked
  const lock = isFinal
    ? await lockDataDirectory(directory, { purpose: 'worker backup --final', nowMs: nowMs() })
    : undefined
  if (lock?.ok === false) return lock
  try {
    const record = await readOpenRecord(directory, isFinal)
    if (!record.ok) return record
    await removeBackupLeftovers(directory)
    const backup = await writeBackup(options, record.value)
    return backup.ok ? ok({ ...backup.value, warning: checked.value }) : backup
  } finally {
    if (lock !== undefined) lock.value[Symbol.dispose]()
  }
}

/** @returns The record of data of which a backup can be made. */
async function readOpenRecord(
  directory: string,
  isFinal: boolean,
): Promise<Result<DataRecord, string>> {
  const record = await readDataRecord(directory)
  if (!record.ok) return record
  if (record.value === undefined) {
    return err(`data directory "${directory}" is empty: there is nothing to back up`)
  }
  const { closed } = record.value
  if (closed?.why === 'restoring') {
    return err(`a restore of data directory "${directory}" has not finished; repeat it first`)
  }
  if (closed !== undefined && isFinal) {
    return err(
      `a final backup of data directory "${directory}" was made at ${closed.at}, and a worker may have used it since, so that another one would not be final; if the first one was never used, restore it here; if it is lost, make a backup without --final`,
    )
  }
  return ok(record.value)
}

async function writeBackup(
  options: BackupOptions,
  record: DataRecord,
): Promise<Result<FilledArchive, string>> {
  const { directory, out } = options
  try {
    await using scratch =
      typeof out === 'string'
        ? await makeScratchFolder(dirname(out), basename(out))
        : await makeScratchFolder(directory, STREAMED_BACKUP)
    const source = { record, scratch }
    return ok(
      typeof out === 'string'
        ? await writeToFile(out, options, source)
        : await writeToStream(out, options, source),
    )
  } catch (error) {
    const what = typeof out === 'string' ? `the backup "${out}"` : 'the backup'
    return err(
      codeOf(error) === 'EEXIST'
        ? `"${String(out)}" already exists and is not overwritten; choose another name`
        : `cannot make ${what}: ${await reasonOf(error, directory)}`,
    )
  }
}

/** SQLite makes a file beside a database that it only reads, and does not say that there is no room for it. */
async function reasonOf(error: unknown, directory: string): Promise<string> {
  const reason = storageReason(error)
  if (!isStorageFailure(error) || (await statfs(directory)).bavail > 0) return reason
  return `the disk of data directory "${directory}" is full, and reading a database needs 32 KiB there; make room and try again (${reason})`
}

/** Writes the archive beside its final name, and renames it when it is whole. */
async function writeToFile(
  out: string,
  options: BackupOptions,
  source: Source,
): Promise<FilledArchive> {
  const { record, scratch } = source
  const archivePath = join(scratch.path, 'archive')
  const archive = await open(archivePath, 'wx', 0o600)
  let backup: FilledArchive
  try {
    backup = await fillArchive(async (bytes) => archive.writeFile(bytes), options, source)
    await archive.sync()
  } finally {
    await archive.close()
  }
  // From here to the end it takes a moment, and must not be interrupted between two steps.
  scratch.ignoreSignals()
  // Reserves the name, so that nothing is overwritten.
  await (await open(out, 'wx', 0o600)).close()
  try {
    // First of all: a final backup must never exist beside data that a worker may still use.
    if (options.isFinal) await close(options, record)
    await rename(archivePath, out)
  } catch (error) {
    await rm(out, { force: true })
    if (options.isFinal) await writeDataRecord(options.directory, record)
    throw error
  }
  await syncFolder(dirname(out))
  return backup
}

/** Writes the archive to where it cannot be taken back. */
const writeToStream = async (
  write: WriteBytes,
  options: BackupOptions,
  source: Source,
): Promise<FilledArchive> =>
  fillArchive(write, options, {
    ...source,
    beforeManifest: async () => {
      if (options.isFinal) await close(options, source.record)
    },
  })

/** Keeps workers from the data: it is used elsewhere. */
async function close({ directory, nowMs }: BackupOptions, record: DataRecord): Promise<void> {
  const closed = { why: 'moved', at: new Date(nowMs()).toISOString() } as const
  await writeDataRecord(directory, { ...record, closed })
}
