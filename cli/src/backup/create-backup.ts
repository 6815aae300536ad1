/**
 * Makes a backup of a data directory, while a worker uses it.
 *
 * Each database is copied as it is at one moment, and the order keeps the copies consistent with each other: the
 * indexes first, since a ledger sends an index again what that lacks, but nothing that it should not have yet; the
 * directory after the ledgers, since it must know the number of every ledger.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
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
import { ArchiveWriter, type Content, type WriteBytes } from './archive.ts'
import {
  type Alarm,
  CLASS_DATABASE,
  copyDatabase,
  type DatabaseFile,
  listClasses,
  listDatabases,
  readAlarm,
  readLedger,
  setAlarms,
  storageReason,
} from './databases.ts'
import {
  ARCHIVE_FILES,
  BACKUP_FORMAT,
  type BackupFile,
  type LedgerFacts,
  type Manifest,
} from './manifest.ts'

/** What to back up, and where to. */
export interface BackupOptions {
  /** The data directory. */
  readonly directory: string
  /** The file to make, which must not exist; or what takes the bytes, not for a final backup. */
  readonly out: string | WriteBytes
  /** Whether no worker may use the data afterwards. */
  readonly isFinal: boolean
  /** Of this program. */
  readonly version: string
  readonly nowMs: () => number
  /** Hears how far it is. */
  readonly onProgress: (text: string) => void
}

/** A backup that was made. */
export interface Backup {
  readonly manifest: Manifest
  /** Size of the archive. */
  readonly bytes: number
  /** What the user should know about the directory. */
  readonly warning: string | undefined
}

/** Classes of objects, in the order in which they are copied; any others come last. */
const ORDER = ['CertificateIndex', 'Ledger', 'Directory', 'Genesis']

/** @returns The backup, or why there is none; the file then does not exist. */
export async function createBackup(options: BackupOptions): Promise<Result<Backup, string>> {
  const { directory, isFinal, nowMs } = options
  const checked = await checkDataDirectory(directory)
  if (!checked.ok) return checked
  const lock = isFinal
    ? await lockDataDirectory(directory, { purpose: 'worker backup --final', nowMs: nowMs() })
    : undefined
  if (lock?.ok === false) return lock
  try {
    const record = await readDataRecord(directory)
    if (!record.ok) return record
    if (record.value === undefined) {
      return err(`data directory "${directory}" is empty: there is nothing to back up`)
    }
    if (record.value.closed?.why === 'restoring') {
      return err(`a restore of data directory "${directory}" has not finished; repeat it first`)
    }
    const backup = await writeBackup(options, record.value)
    return backup.ok ? ok({ ...backup.value, warning: checked.value }) : backup
  } finally {
    if (lock !== undefined) lock.value[Symbol.dispose]()
  }
}

async function writeBackup(
  options: BackupOptions,
  record: DataRecord,
): Promise<Result<Omit<Backup, 'warning'>, string>> {
  const { directory, out } = options
  const folder = typeof out === 'string' ? dirname(out) : directory
  const name = typeof out === 'string' ? basename(out) : 'backup'
  const scratch = join(folder, `.${name}.${randomBytes(6).toString('hex')}.tmp`)
  const source = { record, scratch }
  try {
    await mkdir(scratch, { mode: 0o700 })
    return ok(
      typeof out === 'string'
        ? await writeToFile(out, options, source)
        : await fillArchive(out, options, source),
    )
  } catch (error) {
    const what = typeof out === 'string' ? `the backup "${out}"` : 'the backup'
    return err(
      codeOf(error) === 'EEXIST'
        ? `"${String(out)}" already exists and is not overwritten; choose another name`
        : `cannot make ${what}: ${storageReason(error)}`,
    )
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Writes the archive beside its final name, and renames it when it is whole. */
async function writeToFile(
  out: string,
  options: BackupOptions,
  source: Source,
): Promise<Omit<Backup, 'warning'>> {
  const { directory, isFinal, nowMs } = options
  const archivePath = join(source.scratch, 'archive')
  const archive = await open(archivePath, 'wx', 0o600)
  let backup: Omit<Backup, 'warning'>
  try {
    backup = await fillArchive(async (bytes) => archive.writeFile(bytes), options, source)
    await archive.sync()
  } finally {
    await archive.close()
  }
  // Reserves the name, so that nothing is overwritten.
  await (await open(out, 'wx', 0o600)).close()
  try {
    // First of all: a final backup must never exist beside data that a worker may still use.
    if (isFinal) {
      const closed = { why: 'moved', at: new Date(nowMs()).toISOString() } as const
      await writeDataRecord(directory, { ...source.record, closed })
    }
    await rename(archivePath, out)
  } catch (error) {
    await rm(out, { force: true })
    throw error
  }
  await syncFolder(dirname(out))
  return backup
}

/** What is copied, and where copies may be kept meanwhile. */
interface Source {
  readonly record: DataRecord
  readonly scratch: string
}

async function fillArchive(
  write: WriteBytes,
  { directory, isFinal, version, nowMs, onProgress }: BackupOptions,
  { record, scratch }: Source,
): Promise<Omit<Backup, 'warning'>> {
  const archive = new ArchiveWriter(write, nowMs())
  const startedAt = new Date(nowMs()).toISOString()
  const files: BackupFile[] = []
  for (const className of inOrder(await listClasses(directory))) {
    const alarms: Alarm[] = []
    const copyPath = join(scratch, 'copy.sqlite')
    const copy = async (file: DatabaseFile, use: () => LedgerFacts | undefined): Promise<void> => {
      onProgress(`${file.className}: ${file.id}`)
      copyDatabase(join(directory, file.path), copyPath)
      const ledger = use()
      const content = await archive.addFile(file.path, copyPath)
      files.push(toFile(file.path, content, ledger))
      await rm(copyPath)
    }
    const databases = await listDatabases(directory, className)
    for (const file of databases.filter(({ id }) => id !== CLASS_DATABASE)) {
      await copy(file, () => {
        const ledger = readLedger(copyPath)
        const time = readAlarm(copyPath)
        if (time !== undefined) alarms.push({ id: file.id, name: ledger && nameOf(ledger), time })
        return ledger
      })
    }
    for (const file of databases.filter(({ id }) => id === CLASS_DATABASE)) {
      await copy(file, () => {
        setAlarms(copyPath, alarms)
        return undefined
      })
    }
  }
  const { closed: _closed, ...opened } = record
  const text = `${JSON.stringify(opened, null, 2)}\n`
  files.push(toFile(ARCHIVE_FILES.record, await archive.addText(ARCHIVE_FILES.record, text)))
  const manifest: Manifest = {
    kind: 'edge-issuer backup',
    format: BACKUP_FORMAT,
    version,
    publicUrl: record.publicUrl,
    startedAt,
    finishedAt: new Date(nowMs()).toISOString(),
    isFinal,
    files,
  }
  const { sha256 } = await archive.addText(
    ARCHIVE_FILES.manifest,
    `${JSON.stringify(manifest, null, 2)}\n`,
  )
  await archive.addText(ARCHIVE_FILES.digest, `${sha256}\n`)
  await archive.finish()
  return { manifest, bytes: archive.written }
}

const toFile = (path: string, content: Content, ledger?: LedgerFacts): BackupFile => ({
  path,
  ...content,
  ...(ledger === undefined ? {} : { ledger }),
})

/** The name of a ledger's object, as the worker makes it (signer-worker/src/ledger/client.ts). */
const nameOf = ({ issuer, client, shard }: LedgerFacts): string =>
  `v1:${issuer}:${client}:${String(shard)}`

const inOrder = (classes: readonly string[]): readonly string[] => [
  ...ORDER.filter((name) => classes.includes(name)),
  ...classes.filter((name) => !ORDER.includes(name)).toSorted(),
]
