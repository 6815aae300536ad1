/**
 * What is in a backup: its last file but one, `manifest.json`. The last one has the digest of the manifest.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'

/** Names of the files of a backup beside the databases. */
export const ARCHIVE_FILES = {
  record: 'edge-issuer.json',
  manifest: 'manifest.json',
  digest: 'manifest.json.sha256',
} as const

/** Version of the layout of a backup. */
export const BACKUP_FORMAT = 1

/** Largest manifest that is read, in bytes: three hundred for each database. */
export const MAX_MANIFEST_BYTES = 268_435_456

/** Path of a database, as workerd names it below a data directory: class, then the object's id, or its own database. */
const DATABASE_PATH = /^ledger\/([A-Za-z]\w{0,31})\/([0-9a-f]{64}|metadata)\.sqlite$/

const timeSchema = z.iso.datetime()

const ledgerSchema = z.strictObject({
  /** In the directory. */
  number: z.int().positive(),
  issuer: z.string(),
  client: z.string(),
  shard: z.int().nonnegative(),
  /** Certificates that it ever issued: the number of the last one. */
  lastSeq: z.int().positive(),
  /** Serial number of the last certificate, lower-case hexadecimal. */
  lastSerial: z.string().regex(/^[0-9a-f]{40}$/),
  lastIssuedAt: timeSchema,
})

const fileSchema = z.strictObject({
  path: z.union([z.literal(ARCHIVE_FILES.record), z.string().regex(DATABASE_PATH)]),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Only for ledgers that have issued something. */
  ledger: ledgerSchema.optional(),
})

const manifestSchema = z.strictObject({
  kind: z.literal('edge-issuer backup'),
  format: z.literal(BACKUP_FORMAT),
  /** Of the program that made the backup. */
  version: z.string(),
  publicUrl: z.string(),
  /** What was answered before this time is in the backup. */
  startedAt: timeSchema,
  finishedAt: timeSchema,
  /** Whether no worker used the data afterwards. */
  isFinal: z.boolean(),
  files: z.array(fileSchema),
})

export type LedgerFacts = z.infer<typeof ledgerSchema>
export type BackupFile = z.infer<typeof fileSchema>
export type Manifest = z.infer<typeof manifestSchema>

const headSchema = z.looseObject({ kind: z.string(), format: z.int(), version: z.string() })

/** @returns The manifest, or why this program cannot use it. */
export function parseManifest(text: string): Result<Manifest, string> {
  const document = parseJson(text)
  const { data: head } = headSchema.safeParse(document)
  if (head !== undefined && head.format > BACKUP_FORMAT) {
    return err(
      `it was made by a newer program, edge-issuer ${head.version}; install that version or a newer one`,
    )
  }
  const parsed = manifestSchema.safeParse(document)
  return parsed.success
    ? ok(parsed.data)
    : err(`its manifest is invalid: ${z.prettifyError(parsed.error)}`)
}
