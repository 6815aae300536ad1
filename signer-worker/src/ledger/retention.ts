/**
 * Keeps a ledger small: records of certificates that expired long ago go to the archive, an R2 bucket, and what remains
 * of each is about 80 bytes. Nothing is dropped that is not in the archive.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { loadSettings } from '../config/settings.ts'
import type { RegisteredLedger } from '../directory/messages.ts'
import { indexOf } from '../index/client.ts'
import { readMeta } from '../storage/migrate.ts'
import { logFromObject } from '../storage/object-log.ts'
import { replaceByArchived } from './archived.ts'
import { type ExpiredRow, readExpired } from './records.ts'

/** Records of one file of the archive. */
const FILE_RECORDS = 250

/** The binding of the archive; optional. */
const ARCHIVE_BINDING = 'ARCHIVE'

/** Where records go: an R2 bucket, as far as it is used here. */
export type Archive = Pick<R2Bucket, 'put'>

/** @returns `undefined` for a worker without the binding. */
function archiveOf(env: Env): Archive | undefined {
  const bucket: unknown = Reflect.get(env, ARCHIVE_BINDING)
  return isArchive(bucket) ? bucket : undefined
}

const isArchive = (value: unknown): value is Archive =>
  typeof value === 'object' && value !== null && 'put' in value && typeof value.put === 'function'

const DAY_MS = 86_400_000
const MORE_MS = 1_000
const RETRY_MS = 600_000

/**
 * Archives one file of records if the configuration says so. Never throws: what fails is logged and tried again.
 *
 * @returns How long to wait until the next attempt, in ms; `undefined` for never.
 */
export async function retain(
  storage: DurableObjectStorage,
  env: Env,
  ledger: RegisteredLedger,
): Promise<number | undefined> {
  const settings = loadSettings(env)
  const days = settings.ok ? settings.value.retention?.afterExpiryDays : undefined
  if (days === undefined) return undefined
  const { issuer, client, shard } = ledger
  try {
    const expiredBeforeMs = Date.now() - days * DAY_MS
    const outcome = await archiveExpired(storage, { env, ledger, expiredBeforeMs })
    if (outcome === 'more') return MORE_MS
    if (outcome === 'blocked') {
      const message =
        'records of expired certificates stay: the worker has no R2 bucket under the binding ARCHIVE'
      logFromObject({ event: 'retention_blocked', issuer, client, shard, message })
    }
    return DAY_MS
  } catch (error) {
    logFromObject({ event: 'retention_failed', issuer, client, shard, message: String(error) })
    return RETRY_MS
  }
}

/** Options of {@link archiveExpired}. */
export interface ArchiveOptions {
  readonly env: Env
  readonly ledger: RegisteredLedger
  /** Certificates that expired before this time, epoch ms. */
  readonly expiredBeforeMs: number
}

/** `blocked`: there is something to archive, and no archive. */
export type ArchiveOutcome = 'done' | 'more' | 'blocked'

/**
 * Archives one file of records, and drops their rows here and in the index. A step that fails leaves the rows, and the
 * next attempt writes the records to the archive again.
 *
 * Rows that the index does not have yet are left, and so is the last row: its number is where the next one begins.
 *
 * @throws When the archive or the index does not respond.
 */
export async function archiveExpired(
  storage: DurableObjectStorage,
  { env, ledger, expiredBeforeMs }: ArchiveOptions,
): Promise<ArchiveOutcome> {
  const rows = readExpired(storage.sql, {
    beforeSeconds: Math.floor(expiredBeforeMs / 1000),
    throughSeq: readMeta(storage.sql, 'acknowledged') ?? 0,
    limit: FILE_RECORDS,
  })
  if (rows.length === 0) return 'done'
  const archive = archiveOf(env)
  if (archive === undefined) return 'blocked'
  await writeFile(archive, ledger, rows)
  await indexOf(env, ledger.issuer).forget(
    ledger.number,
    rows.map(({ seq }) => seq),
  )
  storage.transactionSync(() => {
    replaceByArchived(storage.sql, rows)
  })
  return 'more'
}

/** NDJSON with the records that an export has. The name has the digest: the same records are one file. */
async function writeFile(
  archive: Archive,
  { issuer, client, shard }: RegisteredLedger,
  rows: readonly ExpiredRow[],
): Promise<void> {
  const lines = rows.map(({ record: { lineage: _lineage, requester: _requester, ...record } }) =>
    JSON.stringify({ ...record, issuer, client }),
  )
  const text = lines.map((line) => `${line}\n`).join('')
  const sha256 = hash('sha256', text, 'hex')
  const [first] = rows
  const name = `v1/${issuer}/${client}/${String(shard)}/${String(first?.seq ?? 0)}-${sha256}.ndjson`
  await archive.put(name, text, { sha256, httpMetadata: { contentType: 'application/x-ndjson' } })
}
