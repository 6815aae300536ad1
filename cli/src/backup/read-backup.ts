/**
 * Reads a backup: lists it, and unpacks it into a folder with every check that can be made.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { syncFolder } from '../files/sync-folder.ts'
import { type DataRecord, parseDataRecord } from '../server/data-directory.ts'
import { type ArchiveEntry, listArchive, readEntry } from './archive.ts'
import { checkDatabase, isDamaged, readLedger } from './databases.ts'
import {
  ARCHIVE_FILES,
  type BackupFile,
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseManifest,
} from './manifest.ts'

/** A backup that this program can use; its databases are not read yet. */
export interface OpenBackup {
  readonly manifest: Manifest
  /** Of the data directory when the backup was made. */
  readonly record: DataRecord
  readonly entries: readonly ArchiveEntry[]
}

/** Largest record and digest that are read, in bytes. */
const MAX_SMALL_BYTES = 65_536

/**
 * Lists a backup and reads its manifest.
 *
 * @returns The backup, or what is wrong with the file.
 */
export async function openBackup(file: FileHandle): Promise<Result<OpenBackup, string>> {
  const entries = await listArchive(file)
  if (!entries.ok) return entries
  const manifestText = await readText(file, entries.value.at(-2), {
    name: ARCHIVE_FILES.manifest,
    maxBytes: MAX_MANIFEST_BYTES,
  })
  const digest = await readText(file, entries.value.at(-1), {
    name: ARCHIVE_FILES.digest,
    maxBytes: MAX_SMALL_BYTES,
  })
  if (manifestText === undefined || digest === undefined) {
    return err(
      'it has no readable manifest at its end, so that it is no backup of "edge-issuer worker backup", or a damaged one',
    )
  }
  if (digest.trim() !== createHash('sha256').update(manifestText).digest('hex')) {
    return err('its manifest is damaged')
  }
  const manifest = parseManifest(manifestText)
  if (!manifest.ok) return manifest
  const listed = manifest.value.files.map(({ path, bytes }) => `${path} ${String(bytes)}`)
  const found = entries.value.slice(0, -2).map(({ name, bytes }) => `${name} ${String(bytes)}`)
  if (listed.join('\n') !== found.join('\n')) {
    return err('its files are not those of its manifest')
  }
  const recordText = await readText(file, entries.value.at(-3), {
    name: ARCHIVE_FILES.record,
    maxBytes: MAX_SMALL_BYTES,
  })
  if (recordText === undefined) return err(`it has no readable ${ARCHIVE_FILES.record}`)
  const record = parseDataRecord(recordText, ARCHIVE_FILES.record)
  return record.ok
    ? ok({ manifest: manifest.value, record: record.value, entries: entries.value })
    : record
}

async function readText(
  file: FileHandle,
  entry: ArchiveEntry | undefined,
  { name, maxBytes }: { readonly name: string; readonly maxBytes: number },
): Promise<string | undefined> {
  if (entry?.name !== name || entry.bytes > maxBytes) return undefined
  const pieces: Buffer[] = []
  const read = await readEntry(file, entry, (piece) => void pieces.push(Buffer.from(piece)))
  return read.ok ? Buffer.concat(pieces).toString() : undefined
}

/**
 * Unpacks the databases below a folder, and checks digest, SQLite's integrity and the ledger of each.
 *
 * @param folder - Exists and is empty.
 * @returns What is wrong with the backup.
 * @throws Error of the operating system, such as a full disk
 */
export async function unpackBackup(
  file: FileHandle,
  { manifest, entries }: OpenBackup,
  folder: string,
): Promise<Result<void, string>> {
  for (const [index, listed] of manifest.files.entries()) {
    const entry = entries[index]
    if (entry === undefined) return err('its files are not those of its manifest')
    const sha256 = await unpackEntry(file, entry, join(folder, entry.name))
    if (!sha256.ok) return sha256
    if (sha256.value !== listed.sha256) return err(`${listed.path} is damaged: its digest differs`)
    const problem =
      listed.path === ARCHIVE_FILES.record ? undefined : databaseProblem(folder, listed)
    if (problem !== undefined) return err(`${listed.path} is damaged: ${problem}`)
  }
  const folders = new Set(entries.flatMap(({ name }) => [dirname(name), dirname(dirname(name))]))
  for (const name of folders) await syncFolder(join(folder, name))
  return ok(undefined)
}

async function unpackEntry(
  file: FileHandle,
  entry: ArchiveEntry,
  path: string,
): Promise<Result<string, string>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const target = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  try {
    const read = await readEntry(file, entry, async (piece) => {
      hash.update(piece)
      await target.writeFile(piece)
    })
    await target.sync()
    return read.ok ? ok(hash.digest('hex')) : read
  } finally {
    await target.close()
  }
}

function databaseProblem(folder: string, { ledger, path }: BackupFile): string | undefined {
  try {
    const problem = checkDatabase(join(folder, path))
    if (problem !== undefined) return problem
    const found = readLedger(join(folder, path))
    return JSON.stringify(found) === JSON.stringify(ledger)
      ? undefined
      : 'its certificates are not those of the manifest'
  } catch (error) {
    if (isDamaged(error)) return 'it is not a database'
    throw error
  }
}
