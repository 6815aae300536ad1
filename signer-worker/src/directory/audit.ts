/**
 * The SQL of the audit: who changed which client, when, and the signed request that proves it.
 *
 * @module
 */
import type { AuditAction, ClientRecord } from '@edge-issuer/shared'
import { toRfc3339 } from '../model/rfc3339.ts'
import type {
  ChangeAuthor,
  ChangePage,
  ChangePageRequest,
  FoundClient,
  StoredChange,
  StoredClient,
} from './messages.ts'

/** Characters of the JSON of one page; a page has at least one change. */
const MAX_PAGE_CHARACTERS = 4_194_304

/** @returns What the admin API answers for a client. */
export const toRecord = (client: FoundClient): ClientRecord => ({
  name: client.name,
  version: client.version,
  disabled: client.disabled,
  quarantined: client.quarantined,
  createdAt: toRfc3339(client.createdAtMs),
  updatedAt: toRfc3339(client.updatedAtMs),
  entry: JSON.parse(client.entry),
  ...(client.pushedKeys === undefined ? {} : { pushedJwks: JSON.parse(client.pushedKeys.jwks) }),
})

/** One change, before it has an id. */
export interface Change {
  readonly atMs: number
  readonly action: AuditAction
  readonly author: ChangeAuthor
  readonly before: StoredClient | undefined
  readonly after: StoredClient | undefined
  readonly reason?: string | undefined
}

/** Appends a change. */
export function recordChange(sql: SqlStorage, change: Change): void {
  const { atMs, action, author, before, after, reason } = change
  const version = after?.version ?? (before?.version ?? 0) + 1
  sql.exec(
    `INSERT INTO audit (at_ms, admin, action, client, version, reason, before, after,
      key_id, signature_base, signature, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    atMs,
    author.admin,
    action,
    (after ?? before)?.name ?? '',
    version,
    reason ?? null,
    recordOf(before),
    recordOf(after),
    author.keyId,
    author.signatureBase,
    author.signature,
    author.body,
  )
}

const recordOf = (client: StoredClient | undefined): string | null =>
  client === undefined ? null : JSON.stringify(toRecord(client))

/** Whether a signed request made a change already: it was sent again. */
export const isRecorded = (sql: SqlStorage, { signature }: ChangeAuthor): boolean =>
  sql.exec('SELECT id FROM audit WHERE signature = ? LIMIT 1', signature).toArray().length > 0

/** How many changes of a kind a client has had since a time. */
export const countRecent = (
  sql: SqlStorage,
  {
    client,
    action,
    afterMs,
  }: { readonly client: string; readonly action: AuditAction; readonly afterMs: number },
): number =>
  sql
    .exec<{ count: number }>(
      'SELECT count(*) AS count FROM audit WHERE client = ? AND action = ? AND at_ms > ?',
      client,
      action,
      afterMs,
    )
    .one().count

/** The newest version that a name ever had; 0 for a name that is new. */
export const lastVersion = (sql: SqlStorage, client: string): number =>
  sql
    .exec<{ version: number }>(
      'SELECT coalesce(max(version), 0) AS version FROM audit WHERE client = ?',
      client,
    )
    .one().version

/** One change, without its evidence. */
export interface ChangeSummary extends Record<string, SqlStorageValue> {
  readonly at_ms: number
  readonly admin: string | null
  readonly action: string
  readonly before: string | null
  readonly after: string | null
}

/** The last changes of a client that made a version newer than `version`, the newest first. */
export const changesSince = (
  sql: SqlStorage,
  {
    name,
    version,
    limit,
  }: { readonly name: string; readonly version: number; readonly limit: number },
): readonly ChangeSummary[] =>
  sql
    .exec<ChangeSummary>(
      `SELECT at_ms, admin, action, before, after FROM audit
      WHERE client = ? AND version > ? ORDER BY id DESC LIMIT ?`,
      name,
      version,
      limit,
    )
    .toArray()

interface AuditRow extends Record<string, SqlStorageValue> {
  readonly id: number
  readonly at_ms: number
  readonly admin: string | null
  readonly action: string
  readonly client: string
  readonly reason: string | null
  readonly before: string | null
  readonly after: string | null
  readonly key_id: string
  readonly signature_base: string
  readonly signature: ArrayBuffer
  readonly body: ArrayBuffer | null
}

/** Changes, the oldest first. */
export function listChanges(
  sql: SqlStorage,
  { client, after, limit }: ChangePageRequest,
): ChangePage {
  const rows = sql.exec<AuditRow>(
    `SELECT * FROM audit WHERE ${client === undefined ? '' : 'client = ?2 AND '}id > ?1 ORDER BY id`,
    ...(client === undefined ? [after] : [after, client]),
  )
  const changes: StoredChange[] = []
  let characters = 0
  for (const row of rows) {
    if (changes.length === limit || characters > MAX_PAGE_CHARACTERS) {
      return { changes, next: changes.at(-1)?.id }
    }
    characters += sizeOf(row)
    changes.push(toChange(row))
  }
  return { changes, next: undefined }
}

/** The body is in the answer as base64. */
const sizeOf = ({ before, after, body, signature_base: base }: AuditRow): number =>
  (before?.length ?? 0) + (after?.length ?? 0) + base.length + (body?.byteLength ?? 0) * 1.34

const toChange = ({
  at_ms: atMs,
  key_id: keyId,
  signature_base: signatureBase,
  ...row
}: AuditRow): StoredChange => ({
  id: row.id,
  atMs,
  admin: row.admin,
  action: row.action,
  client: row.client,
  reason: row.reason,
  before: row.before,
  after: row.after,
  keyId,
  signatureBase,
  signature: row.signature,
  body: row.body,
})
