/**
 * What is in the archive of a backup.
 *
 * Each database is copied as it is at one moment, and the order keeps the copies consistent with each other: the
 * indexes first, since a ledger sends an index again what that lacks, but nothing that it should not have yet; the
 * directory after the ledgers, since it must know the number of every ledger.
 *
 * @module
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataRecord } from '../server/data-directory.ts'
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
} from './databases.ts'
import {
  ARCHIVE_FILES,
  BACKUP_FORMAT,
  type BackupFile,
  type LedgerFacts,
  type Manifest,
} from './manifest.ts'
import type { ScratchFolder } from './scratch-folder.ts'

/** Classes of objects, in the order in which they are copied; any others come last. */
const ORDER = ['CertificateIndex', 'Ledger', 'Directory', 'Genesis']

/** What to back up. */
export interface ArchiveOptions {
  /** The data directory. */
  readonly directory: string
  /** Whether no worker may use the data afterwards. */
  readonly isFinal: boolean
  /** Of this program. */
  readonly version: string
  readonly nowMs: () => number
  /** Hears how far it is. */
  readonly onProgress: (text: string) => void
}

/** An archive that was written. */
export interface FilledArchive {
  readonly manifest: Manifest
  /** Size of the archive. */
  readonly bytes: number
}

/** What is copied, and where copies may be kept meanwhile. */
export interface Source {
  readonly record: DataRecord
  readonly scratch: ScratchFolder
  /** Runs before the manifest is written: without it an archive cannot be restored. */
  readonly beforeManifest?: () => Promise<void>
}

/** Writes the archive from its first byte to its last one. @throws Error of SQLite or of the operating system */
export async function fillArchive(
  write: WriteBytes,
  { directory, isFinal, version, nowMs, onProgress }: ArchiveOptions,
  { record, scratch, beforeManifest }: Source,
): Promise<FilledArchive> {
  const archive = new ArchiveWriter(write, nowMs())
  const startedAt = new Date(nowMs()).toISOString()
  const files: BackupFile[] = []
  for (const className of inOrder(await listClasses(directory))) {
    const alarms: Alarm[] = []
    const copyPath = join(scratch.path, 'copy.sqlite')
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
  await beforeManifest?.()
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
