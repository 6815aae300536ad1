/**
 * Puts a backup into a data directory. What was there is kept aside. Interrupted anywhere, no worker starts on half of it:
 * the directory's record says that a restore has not finished, until it has.
 *
 * @module
 */
import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { codeOf } from '../files/system-reason.ts'
import {
  checkDataDirectory,
  DATA_PATHS,
  type DataRecord,
  readDataRecord,
  writeDataRecord,
} from '../server/data-directory.ts'
import { lockDataDirectory } from '../server/directory-lock.ts'
import { removeLeftovers, restoreScratchName } from '../server/leftovers.ts'
import { compareClients } from './client-changes.ts'
import { checkClock, restoreTime } from './clock.ts'
import { type Acceptance, compareLedgers, decideRestore } from './coverage.ts'
import { storageReason } from './databases.ts'
import type { Manifest } from './manifest.ts'
import { openBackup, unpackBackup } from './read-backup.ts'

/** What to restore, and where. */
export interface RestoreOptions {
  /** The data directory; exists. */
  readonly directory: string
  /** The backup: a file, or its bytes. */
  readonly from: string | AsyncIterable<Uint8Array>
  readonly accept: Acceptance
  readonly nowMs: () => number
}

/** What was restored. */
export interface Restored {
  readonly manifest: Manifest
  /** When the ledgers were restored, for the rule about forgotten issuances; absent if none were ever forgotten. */
  readonly restoredAt: string | undefined
  /** Whether this restore made the ledgers forget. */
  readonly forgets: boolean
  /** Changes of clients that were lost. */
  readonly clientChanges: readonly string[]
  /** Where the ledgers of before are, if there were any. */
  readonly aside: string | undefined
  /** What the user should know about the directory. */
  readonly warning: string | undefined
}

/** @returns What was restored, or why the directory is as it was. */
export async function restoreBackup(options: RestoreOptions): Promise<Result<Restored, string>> {
  const { directory, nowMs } = options
  const checked = await checkDataDirectory(directory, 'restore')
  if (!checked.ok) return checked
  const lock = await lockDataDirectory(directory, { purpose: 'worker restore', nowMs: nowMs() })
  if (!lock.ok) return lock
  try {
    const existing = await readDataRecord(directory)
    if (!existing.ok) {
      return err(`${existing.error}; to restore here, move the files of the directory away first`)
    }
    await clean(directory, existing.value)
    const folder = join(directory, restoreScratchName())
    await mkdir(folder, { mode: 0o700 })
    try {
      const restored = await restoreThrough(folder, existing.value, options)
      return restored.ok ? ok({ ...restored.value, warning: checked.value }) : restored
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  } catch (error) {
    return err(`cannot restore to data directory "${directory}": ${storageReason(error)}`)
  } finally {
    lock.value[Symbol.dispose]()
  }
}

/** Removes what an interrupted restore left, and puts the ledgers back that it had put aside. */
async function clean(directory: string, record: DataRecord | undefined): Promise<void> {
  await removeLeftovers(directory)
  if (record?.closed?.why !== 'restoring') return
  const ledger = join(directory, DATA_PATHS.ledger)
  if (!(await exists(ledger)) && (await exists(join(directory, record.closed.aside)))) {
    await rename(join(directory, record.closed.aside), ledger)
  }
}

/** @param folder - For the unpacked backup: below the data directory, so that a rename moves it. */
async function restoreThrough(
  folder: string,
  existing: DataRecord | undefined,
  { accept, directory, from, nowMs }: RestoreOptions,
): Promise<Result<Omit<Restored, 'warning'>, string>> {
  const unpacked = await unpackTo(folder, from, existing)
  if (!unpacked.ok) return unpacked
  const { manifest, record } = unpacked.value
  const { coverage, lastIssuedAt } = await compareLedgers(directory, folder)
  const clock = checkClock(nowMs(), manifest, lastIssuedAt)
  if (!clock.ok) return clock
  const clientChanges = await compareClients(directory, folder)
  const isMoved = existing?.closed?.why === 'moved'
  const facts = { directory, coverage, clientChanges, manifest, isMoved, accept, nowMs: nowMs() }
  const decision = decideRestore(facts)
  if (!decision.ok) return decision
  const { forgets } = decision.value
  const restoredAt = latest([
    existing?.restoredAt,
    record.restoredAt,
    forgets ? restoreTime(nowMs()) : undefined,
  ])
  const { restoredAt: _older, ...others } = record
  const next = { ...others, ...(restoredAt === undefined ? {} : { restoredAt }) }
  const aside = await replaceLedgers(directory, folder, { record: next, nowMs: nowMs() })
  return ok({ manifest, restoredAt, forgets, clientChanges, aside })
}

async function unpackTo(
  folder: string,
  from: RestoreOptions['from'],
  existing: DataRecord | undefined,
): Promise<Result<{ readonly manifest: Manifest; readonly record: DataRecord }, string>> {
  const name = typeof from === 'string' ? `"${from}"` : 'standard input'
  const unusable = (reason: string): Result<never, string> =>
    err(`cannot restore ${name}: ${reason}`)
  let file
  try {
    file = await openArchive(folder, from)
  } catch (error) {
    return unusable(storageReason(error))
  }
  try {
    const opened = await openBackup(file)
    if (!opened.ok) return unusable(opened.error)
    const { publicUrl } = opened.value.record
    if (existing !== undefined && existing.publicUrl !== publicUrl) {
      return unusable(
        `it is a backup of ${publicUrl}, and the directory has the data of ${existing.publicUrl}`,
      )
    }
    const read = await unpackBackup(file, opened.value, folder)
    return read.ok ? ok(opened.value) : unusable(read.error)
  } finally {
    await file.close()
  }
}

/** Opens the archive; one that can be read only once, such as a pipe, is copied to the folder first. */
async function openArchive(folder: string, from: RestoreOptions['from']): Promise<FileHandle> {
  if (typeof from === 'string') {
    const file = await open(from, 'r')
    if ((await file.stat()).isFile()) return file
    return copyArchive(folder, file.createReadStream())
  }
  return copyArchive(folder, from)
}

async function copyArchive(folder: string, bytes: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const path = join(folder, 'backup.tar')
  await writeFile(path, bytes, { flag: 'wx', mode: 0o600 })
  return open(path, 'r')
}

/** RFC 3339 in UTC with milliseconds, as both programs write it, sorts as time does. */
const latest = (times: readonly (string | undefined)[]): string | undefined =>
  times
    .filter((time) => time !== undefined)
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1)

/** @returns Name of the entry of the directory that has the ledgers of before. */
async function replaceLedgers(
  directory: string,
  folder: string,
  { record, nowMs }: { readonly record: DataRecord; readonly nowMs: number },
): Promise<string | undefined> {
  const at = new Date(nowMs).toISOString()
  const ledger = join(directory, DATA_PATHS.ledger)
  const unpacked = join(folder, DATA_PATHS.ledger)
  // That of a worker that has not served yet is without any.
  await mkdir(unpacked, { recursive: true, mode: 0o700 })
  const aside = await freeName(directory, `ledger.replaced-${at.replaceAll(/[-:]|\.\d+/g, '')}`)
  await writeDataRecord(directory, { ...record, closed: { why: 'restoring', at, aside } })
  const hasLedgers = await exists(ledger)
  if (hasLedgers) await rename(ledger, join(directory, aside))
  await rename(unpacked, ledger)
  await writeDataRecord(directory, record)
  return hasLedgers ? aside : undefined
}

async function freeName(directory: string, name: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const free = count === 1 ? name : `${name}-${String(count)}`
    if (!(await exists(join(directory, free)))) return free
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
