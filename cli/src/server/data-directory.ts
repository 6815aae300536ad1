/**
 * The data directory of a worker that runs without Cloudflare: which worker's data it has, and which version
 * of the program wrote it. No secret and no key is ever written there.
 *
 * ```
 * DATA/
 * ├── edge-issuer.json   the record below
 * ├── lock.sqlite        held while a program uses the directory (directory-lock.ts)
 * ├── reserve            space for a start on a full disk (disk-reserve.ts)
 * └── ledger/            workerd's storage: a folder for each class, an SQLite database for each object
 * ```
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { SCHEMA_VERSIONS } from '@edge-issuer/signer-worker/schema-versions'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import { syncFolder } from '../files/sync-folder.ts'
import { codeOf, systemReason } from '../files/system-reason.ts'
import { modeText } from './data-access.ts'
import { checkDirectoryOwner } from './directory-owner.ts'

/** Names of what is in a data directory. */
export const DATA_PATHS = {
  record: 'edge-issuer.json',
  lock: 'lock.sqlite',
  reserve: 'reserve',
  ledger: 'ledger',
} as const

/** Version of the layout of the directory. */
const FORMAT = 1

const recordSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** The worker whose data this is. */
  publicUrl: z.string(),
  /** RFC 3339. */
  createdAt: z.iso.datetime(),
  /** Version of the program that last wrote here. */
  version: z.string(),
  /** The newest version of the tables that this program knew, by class of Durable Objects. */
  schemas: z.record(z.string(), z.int().nonnegative()),
  /** When a backup was restored here, RFC 3339: the ledger refuses older requests that it does not know. */
  restoredAt: z.iso.datetime().optional(),
  /** Why no worker may use the data; absent normally. */
  closed: z
    .discriminatedUnion('why', [
      /** A final backup was made, so that the data is used elsewhere. */
      z.strictObject({ why: z.literal('moved'), at: z.iso.datetime() }),
      /** A restore has not finished. */
      z.strictObject({
        why: z.literal('restoring'),
        at: z.iso.datetime(),
        /** Name of the entry of the directory that keeps the ledgers of before. */
        aside: z.string().regex(/^ledger\.[\w-]+$/),
      }),
    ])
    .optional(),
})

/** What `edge-issuer.json` says. */
export type DataRecord = z.infer<typeof recordSchema>

const formatSchema = z.looseObject({ format: z.int(), version: z.string().optional() })

/** Which worker uses the directory, and with which program. */
export interface DataOwner {
  readonly publicUrl: string
  readonly version: string
  readonly nowMs: number
}

/** Entries of a new file system, which count as nothing. */
const IGNORED_ENTRIES = new Set(['lost+found'])

/** Permission bits (stat(2)): any access for other users than owner and group; write access for them. */
const OTHERS_ANY = 0o007
const OTHERS_WRITE = 0o002

/** What to do about a directory that does not exist, by what it is needed for. */
const MISSING = {
  serve: (directory: string) =>
    `if this is the first start, create it with: mkdir -m 700 ${directory}; otherwise its volume is not mounted, and an empty directory would be an empty ledger`,
  backup: () =>
    'give the directory that "worker serve" has as --data; if it is that one, its volume is not mounted',
  restore: (directory: string) =>
    `on a new machine, create it with: mkdir -m 700 ${directory}; otherwise its volume is not mounted`,
} as const

/**
 * Checks that a directory exists, can be written, and is not open to other users of the machine; for root also that
 * it is root's.
 *
 * @param purpose - What it is needed for, which decides the message about a missing directory.
 * @returns A warning, if any: about a volume that is open to other users and belongs to another user than this
 *   process, so that this process cannot change it.
 */
export async function checkDataDirectory(
  directory: string,
  purpose: keyof typeof MISSING,
): Promise<Result<string | undefined, string>> {
  try {
    const status = await stat(directory)
    if (!status.isDirectory()) return err(`data directory "${directory}" is not a directory`)
    const owner = await checkDirectoryOwner(directory)
    if (!owner.ok) return owner
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    const mode = modeText(status.mode)
    if ((status.mode & OTHERS_ANY) !== 0 && status.uid === process.getuid?.()) {
      return err(
        `data directory "${directory}" is open to other users of this machine (${mode}); make it private with: chmod o-rwx ${directory}`,
      )
    }
    return ok(
      (status.mode & OTHERS_WRITE) === 0
        ? undefined
        : `data directory "${directory}" can be written by every user of this machine (${mode}); its owner should change that with: chmod o-rwx ${directory}`,
    )
  } catch (error) {
    return err(
      codeOf(error) === 'ENOENT'
        ? `data directory "${directory}" does not exist; ${MISSING[purpose](directory)}`
        : `cannot use data directory "${directory}": ${systemReason(error)}`,
    )
  }
}

/**
 * Reads the record of a data directory, and checks that this program can use the data.
 *
 * @returns `undefined` for an empty directory; an error for data of a newer program, and for a directory with
 *   other files.
 */
export async function readDataRecord(
  directory: string,
): Promise<Result<DataRecord | undefined, string>> {
  try {
    const text = await readFile(join(directory, DATA_PATHS.record), 'utf8')
    return parseDataRecord(text, join(directory, DATA_PATHS.record))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      return err(`cannot read "${join(directory, DATA_PATHS.record)}": ${systemReason(error)}`)
    }
  }
  const entries = (await readdir(directory)).filter(
    // A start that was interrupted leaves the lock and a draft of the record.
    (name) =>
      !IGNORED_ENTRIES.has(name) && !name.startsWith(DATA_PATHS.lock) && !name.endsWith('.tmp'),
  )
  return entries.length === 0
    ? ok(undefined)
    : err(
        `data directory "${directory}" has files but no ${DATA_PATHS.record}; expected a directory that "worker serve" has used, or an empty one`,
      )
}

/**
 * Checks the text of a record, and that this program can use the data.
 *
 * @param path - For messages: where the text is from.
 */
export function parseDataRecord(text: string, path: string): Result<DataRecord, string> {
  const document = parseJson(text)
  const { data: head } = formatSchema.safeParse(document)
  if (head !== undefined && head.format > FORMAT) {
    return err(newerMessage(path, head.version))
  }
  const parsed = recordSchema.safeParse(document)
  if (!parsed.success) {
    return err(`"${path}" is damaged: ${z.prettifyError(parsed.error)}; restore it from a backup`)
  }
  const known: Readonly<Record<string, number>> = SCHEMA_VERSIONS
  const isNewer = Object.entries(parsed.data.schemas).some(
    ([name, version]) => version > (known[name] ?? 0),
  )
  return isNewer ? err(newerMessage(path, parsed.data.version)) : ok(parsed.data)
}

const newerMessage = (path: string, version = 'of a newer version'): string =>
  `the data was written by a newer program (edge-issuer ${version}, says "${path}"), and its tables are unknown to this one; install that version or a newer one, or restore a backup from before the upgrade`

/**
 * Opens the data for a worker: creates the record in an empty directory, and updates it otherwise. Must run
 * under the lock of the directory.
 *
 * @returns The record as it is now, and whether the directory was empty.
 */
export async function openData(
  directory: string,
  owner: DataOwner,
): Promise<Result<{ readonly record: DataRecord; readonly isNew: boolean }, string>> {
  const existing = await readDataRecord(directory)
  if (!existing.ok) return existing
  const before = existing.value
  if (before?.closed !== undefined) return err(closedMessage(directory, before.closed))
  if (before !== undefined && before.publicUrl !== owner.publicUrl) {
    return err(
      `data directory "${directory}" has the data of another worker: ${before.publicUrl}, and the configuration's publicUrl is ${owner.publicUrl}; use that worker's own data directory, or, if this worker has a new URL, change publicUrl in "${join(directory, DATA_PATHS.record)}" too`,
    )
  }
  const record: DataRecord = {
    ...(before ?? {
      format: FORMAT,
      publicUrl: owner.publicUrl,
      createdAt: new Date(owner.nowMs).toISOString(),
    }),
    version: owner.version,
    schemas: { ...SCHEMA_VERSIONS },
  }
  const isNew = before === undefined
  try {
    await mkdir(join(directory, DATA_PATHS.ledger), { recursive: true, mode: 0o700 })
    // An unchanged record is not written: a full disk must not keep a worker from starting.
    if (JSON.stringify(before) === JSON.stringify(record)) return ok({ record, isNew })
    await writeDataRecord(directory, record)
    return ok({ record, isNew })
  } catch (error) {
    return err(`cannot write to data directory "${directory}": ${systemReason(error)}`)
  }
}

const closedMessage = (directory: string, closed: NonNullable<DataRecord['closed']>): string =>
  closed.why === 'moved'
    ? `the data of "${directory}" was moved: a final backup was made at ${closed.at}, and a worker with a copy of it may have issued certificates since; use the worker with the copy. If the copy was never used, restore it here: edge-issuer worker restore --data ${directory} --from FILE`
    : `the restore that began at ${closed.at} in "${directory}" has not finished; repeat it: edge-issuer worker restore --data ${directory} --from FILE`

/** Writes the record durably, in one rename. @throws Error of the operating system */
export async function writeDataRecord(directory: string, record: DataRecord): Promise<void> {
  const draft = join(directory, `.${DATA_PATHS.record}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(recordSchema.parse(record), null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, join(directory, DATA_PATHS.record))
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncFolder(directory)
}
