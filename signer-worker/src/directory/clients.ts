/**
 * The SQL of clients. Each function runs in one turn of the object, so that what it checks still holds when it
 * writes.
 *
 * @module
 */
import { err, ok, type Refusal } from '@edge-issuer/shared'
import * as z from 'zod/mini'
import { isRecorded, lastVersion, recordChange } from './audit.ts'
import { canonical, checkReplaced, unknownClient } from './conflicts.ts'
import {
  type ChangeOutcome,
  type ClientDeletion,
  type ClientIds,
  type ClientKey,
  type ClientPage,
  type ClientPageRequest,
  type ClientPut,
  type ClientQuarantine,
  KEY_ID_PREFIX_CHARACTERS,
  type StoredClient,
} from './messages.ts'
import { discardIfIdentityChanged, discardPushedKeys } from './pushed-keys.ts'

/** Most clients of one directory. */
const MAX_CLIENTS = 10_000

/** Characters of the entries of one page; a page has at least one client. */
const MAX_PAGE_CHARACTERS = 4_194_304

interface ClientRow extends Record<string, SqlStorageValue> {
  readonly name: string
  readonly version: number
  readonly disabled: number
  readonly quarantined: number
  readonly created_at_ms: number
  readonly updated_at_ms: number
  readonly entry: string
}

const toClient = (row: ClientRow): StoredClient => ({
  name: row.name,
  version: row.version,
  disabled: row.disabled === 1,
  quarantined: row.quarantined === 1,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
  entry: row.entry,
})

/** @returns `undefined` for a name that no client has. */
export function findClient(sql: SqlStorage, name: string): StoredClient | undefined {
  const [row] = sql.exec<ClientRow>('SELECT * FROM client WHERE name = ?', name).toArray()
  return row && toClient(row)
}

/** @returns `undefined` for a key that no client has. */
export function findClientByKey(sql: SqlStorage, keyId: string): StoredClient | undefined {
  const [row] = sql
    .exec<ClientRow>(
      'SELECT client.* FROM client_key JOIN client ON client.name = client_key.client WHERE key_id = ?',
      keyId,
    )
    .toArray()
  return row && toClient(row)
}

/** Clients in the order of their names. */
export function listClients(sql: SqlStorage, { after, limit }: ClientPageRequest): ClientPage {
  const rows = sql.exec<ClientRow>('SELECT * FROM client WHERE name > ? ORDER BY name', after)
  const clients: StoredClient[] = []
  let characters = 0
  for (const row of rows) {
    if (clients.length === limit || characters > MAX_PAGE_CHARACTERS) {
      return { clients, next: clients.at(-1)?.name }
    }
    characters += row.entry.length
    clients.push(toClient(row))
  }
  return { clients, next: undefined }
}

/** Every client and key. */
export const listIds = (sql: SqlStorage): ClientIds => ({
  keyIdPrefixes: sql
    .exec<{ prefix: string }>(
      'SELECT substr(key_id, 1, ?) AS prefix FROM client_key',
      KEY_ID_PREFIX_CHARACTERS,
    )
    .toArray()
    .map(({ prefix }) => prefix),
  names: sql
    .exec<{ name: string }>('SELECT name FROM client')
    .toArray()
    .map(({ name }) => name),
})

/** Creates or replaces a client. An entry that is as before is no change: the version stays. */
export function putClient(sql: SqlStorage, put: ClientPut, nowMs: number): ChangeOutcome {
  const current = findClient(sql, put.name)
  const conflict = checkReplaced(sql, current, put)
  if (conflict !== undefined) return err([conflict])
  const problems = [
    ...checkRoom(sql, current),
    ...checkKeys(sql, put),
    ...checkShards(current, put),
  ]
  if (problems.length > 0) return err(problems)
  const after = nextOf(sql, current, { put, nowMs })
  if (current !== undefined && isSame(current, after)) return ok(current)
  if (put.isDryRun) return ok(after)
  removeCredentials(sql, put.name)
  discardIfIdentityChanged(sql, current, after)
  writeClient(sql, after)
  writeCredentials(sql, put)
  recordChange(sql, {
    atMs: nowMs,
    action: current === undefined ? 'create' : 'update',
    author: put.author,
    before: current,
    after,
  })
  return ok(after)
}

/** The client that a PUT makes. */
const nextOf = (
  sql: SqlStorage,
  current: StoredClient | undefined,
  { put, nowMs }: { readonly put: ClientPut; readonly nowMs: number },
): StoredClient => ({
  ...(current ?? {
    disabled: false,
    quarantined: wasQuarantined(sql, put.name),
    createdAtMs: nowMs,
  }),
  ...(put.disabled === undefined ? {} : { disabled: put.disabled }),
  name: put.name,
  version: (current?.version ?? lastVersion(sql, put.name)) + 1,
  updatedAtMs: nowMs,
  entry: put.entry,
})

/** Deletes a client with its keys. Its ledgers stay registered. */
export function deleteClient(
  sql: SqlStorage,
  deletion: ClientDeletion,
  nowMs: number,
): ChangeOutcome {
  const { name, author, isDryRun } = deletion
  const current = findClient(sql, name)
  const conflict = checkReplaced(sql, current, deletion)
  if (conflict !== undefined) return err([conflict])
  if (current === undefined) return err([unknownClient(name)])
  if (isDryRun) return ok(current)
  removeCredentials(sql, name)
  discardPushedKeys(sql, name)
  sql.exec('DELETE FROM client WHERE name = ?', name)
  recordChange(sql, { atMs: nowMs, action: 'delete', author, before: current, after: undefined })
  return ok(current)
}

/**
 * Quarantines a client, or releases it. It needs no version: it must work whatever others do at the same time.
 * A request that was sent again changes nothing.
 */
export function quarantineClient(
  sql: SqlStorage,
  { name, author, quarantined, reason, isDryRun }: ClientQuarantine,
  nowMs: number,
): ChangeOutcome {
  const current = findClient(sql, name)
  if (current === undefined) return err([unknownClient(name)])
  if (current.quarantined === quarantined || isRecorded(sql, author)) return ok(current)
  const after = { ...current, quarantined, version: current.version + 1, updatedAtMs: nowMs }
  if (isDryRun) return ok(after)
  writeClient(sql, after)
  const action = quarantined ? 'quarantine' : 'release'
  recordChange(sql, { atMs: nowMs, action, author, before: current, after, reason })
  return ok(after)
}

/** Whether a name is that of a client that is quarantined. */
export const isQuarantined = (sql: SqlStorage, name: string): boolean =>
  findClient(sql, name)?.quarantined ?? wasQuarantined(sql, name)

function writeClient(sql: SqlStorage, client: StoredClient): void {
  sql.exec(
    `INSERT OR REPLACE INTO client
      (name, version, disabled, quarantined, created_at_ms, updated_at_ms, entry) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    client.name,
    client.version,
    Number(client.disabled),
    Number(client.quarantined),
    client.createdAtMs,
    client.updatedAtMs,
    client.entry,
  )
}

function removeCredentials(sql: SqlStorage, name: string): void {
  sql.exec('DELETE FROM client_key WHERE client = ?', name)
  sql.exec('DELETE FROM client_identity WHERE client = ?', name)
}

function writeCredentials(sql: SqlStorage, { name, keys, identity }: ClientPut): void {
  for (const { keyId, notBeforeMs, notAfterMs } of keys) {
    sql.exec(
      'INSERT INTO client_key (key_id, client, not_before_ms, not_after_ms) VALUES (?, ?, ?, ?)',
      keyId,
      name,
      notBeforeMs,
      notAfterMs,
    )
  }
  if (identity === undefined) return
  for (const subject of new Set(identity.subjects)) {
    sql.exec(
      'INSERT INTO client_identity (client, issuer, subject) VALUES (?, ?, ?)',
      name,
      identity.issuer,
      subject,
    )
  }
}

/** A deletion does not end a quarantine: the ledgers of the name keep it. */
function wasQuarantined(sql: SqlStorage, name: string): boolean {
  const [last] = sql
    .exec<{ before: string | null }>(
      "SELECT before FROM audit WHERE client = ? AND action = 'delete' ORDER BY id DESC LIMIT 1",
      name,
    )
    .toArray()
  if (last?.before === undefined || last.before === null) return false
  return quarantinedSchema.parse(JSON.parse(last.before)).quarantined
}

const quarantinedSchema = z.object({ quarantined: z.boolean() })

const isSame = (
  current: StoredClient,
  { entry, disabled }: Pick<StoredClient, 'entry' | 'disabled'>,
): boolean =>
  current.disabled === disabled &&
  canonical(JSON.parse(current.entry)) === canonical(JSON.parse(entry))

function checkRoom(sql: SqlStorage, current: StoredClient | undefined): readonly Refusal[] {
  if (current !== undefined) return []
  const { count } = sql.exec<{ count: number }>('SELECT count(*) AS count FROM client').one()
  if (count < MAX_CLIENTS) return []
  const detail = `the directory has its maximum of ${String(MAX_CLIENTS)} clients; delete one that is no longer used`
  return [{ code: 'client_invalid', detail }]
}

/** A key with two holders would not say who asks. */
const checkKeys = (sql: SqlStorage, { name, keys }: ClientPut): readonly Refusal[] =>
  keys.flatMap(({ keyId }: ClientKey, index): readonly Refusal[] => {
    const [owner] = sql
      .exec<{ client: string }>('SELECT client FROM client_key WHERE key_id = ?', keyId)
      .toArray()
    if (owner === undefined || owner.client === name) return []
    const field = `/entry/keys/${String(index)}/publicKey`
    const detail = `${field}: is already a key of client "${owner.client}"`
    return [{ code: 'client_invalid', field, detail }]
  })

/** A number of shards that is forgotten is a ledger that is not asked any more: its uids would be signed again. */
function checkShards(current: StoredClient | undefined, { entry }: ClientPut): readonly Refusal[] {
  if (current === undefined) return []
  const before = shardsOf(current.entry)
  const after = shardsOf(entry)
  if (before.every((count, index) => count === after[index])) return []
  const field = '/entry/shards'
  const detail = `${field}: must begin with the numbers that were used, ${before.join(', ')}; append a new one`
  return [{ code: 'client_invalid', field, detail }]
}

const shardsSchema = z.object({ shards: z.optional(z.array(z.number())) })

const shardsOf = (entry: string): readonly number[] =>
  shardsSchema.parse(JSON.parse(entry)).shards ?? [1]
