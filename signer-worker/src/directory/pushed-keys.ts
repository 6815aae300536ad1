/**
 * The SQL of token keys that a client's relay pushed. They replace the `jwks` of its entry, which stays as an admin
 * wrote it, until an admin changes the entry's `identity`: a file that is applied again does not take back a rotation.
 *
 * @module
 */
import {
  err,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_TOKEN_LIFETIME_SECONDS,
  ok,
  type Refusal,
  type Result,
} from '@edge-issuer/shared'
import { clientEntrySchema, type IdentityEntry, type Jwks, jwksSchema } from '../config/exports.ts'
import { countRecent, isRecorded, recordChange } from './audit.ts'
import { canonical } from './conflicts.ts'
import type { ChangeAuthor, PushedKeys, StoredClient } from './messages.ts'

/** How long a key that left the set still verifies: no token under it is good any longer, in ms. */
const RETIRED_MS = (MAX_TOKEN_LIFETIME_SECONDS + 2 * MAX_CLOCK_SKEW_SECONDS) * 1000

/** Most keys of one client that are retired, and not yet forgotten. */
const MAX_RETIRED_KEYS = 20

/** Most pushes of one client in an hour that change its set: each is a row of the audit for good. */
const MAX_PUSHES_PER_HOUR = 20

const HOUR_MS = 3_600_000

/** A set that was checked, and who pushed it. */
export interface KeyPush {
  readonly name: string
  readonly author: ChangeAuthor
  /** `kid` of the key that signed the token of the request. */
  readonly tokenKeyId: string
  readonly jwks: Jwks
}

/** What a client's tokens are verified with after a push. */
export interface KeyPushed {
  readonly keyIds: readonly string[]
  readonly isChanged: boolean
}

/** @returns `undefined` for a client whose keys are those of its entry. */
export function findPushedKeys(
  sql: SqlStorage,
  client: string,
  nowMs: number,
): PushedKeys | undefined {
  const [row] = sql
    .exec<{ jwks: string }>('SELECT jwks FROM pushed_jwks WHERE client = ?', client)
    .toArray()
  if (row === undefined) return undefined
  const retired = sql
    .exec<{ jwk: string; not_after_ms: number }>(
      'SELECT jwk, not_after_ms FROM retired_jwk WHERE client = ? AND not_after_ms > ? ORDER BY kid',
      client,
      nowMs,
    )
    .toArray()
  return {
    jwks: row.jwks,
    retired: retired.map(({ jwk, not_after_ms: notAfterMs }) => ({ jwk, notAfterMs })),
  }
}

/** Forgets what was pushed: the entry says again which keys count. */
export function discardPushedKeys(sql: SqlStorage, client: string): void {
  sql.exec('DELETE FROM pushed_jwks WHERE client = ?', client)
  sql.exec('DELETE FROM retired_jwk WHERE client = ?', client)
}

/** The same if a change of the entry is one of its identity. */
export function discardIfIdentityChanged(
  sql: SqlStorage,
  before: StoredClient | undefined,
  after: StoredClient,
): void {
  const isSame =
    before !== undefined &&
    canonical(readIdentity(before.entry)) === canonical(readIdentity(after.entry))
  if (!isSame) discardPushedKeys(sql, after.name)
}

/**
 * Replaces a client's set. Only a token of a key that is in the current set may do that: with one that left it, who
 * stole it could stay.
 */
export function pushKeys(
  sql: SqlStorage,
  { current, push }: { readonly current: StoredClient | undefined; readonly push: KeyPush },
  nowMs: number,
): Result<KeyPushed, Refusal> {
  const accepted = acceptPush(current, push)
  if (!accepted.ok) return accepted
  const { client, identity } = accepted.value
  const pushed = findPushedKeys(sql, push.name, nowMs)
  const before = pushed === undefined ? identity.jwks : jwksSchema.parse(JSON.parse(pushed.jwks))
  if (before?.keys.every(({ kid }) => kid !== push.tokenKeyId) !== false) {
    return err(refusal('the token of the request is not signed by a key of the current set'))
  }
  const isChanged = sortedText(before) !== sortedText(push.jwks) && !isRecorded(sql, push.author)
  if (isChanged) {
    const limited = checkLimits(sql, push.name, nowMs)
    if (limited !== undefined) return err(limited)
    retireKeys(sql, { client: push.name, before, after: push.jwks, nowMs })
    sql.exec(
      'INSERT OR REPLACE INTO pushed_jwks (client, jwks, pushed_at_ms) VALUES (?, ?, ?)',
      push.name,
      JSON.stringify(push.jwks),
      nowMs,
    )
    recordChange(sql, {
      atMs: nowMs,
      action: 'pushJwks',
      author: push.author,
      before: withJwks(client, before),
      after: withJwks(client, push.jwks),
    })
  }
  return ok({ keyIds: keyIdsOf(findPushedKeys(sql, push.name, nowMs), identity), isChanged })
}

/** The order of keys means nothing, and differs between the API servers of a cluster. */
const sortedText = (jwks: Jwks | undefined): string =>
  canonical(jwks?.keys.toSorted((a, b) => (a.kid < b.kid ? -1 : 1)))

interface AcceptedPush {
  readonly client: StoredClient
  readonly identity: IdentityEntry
}

function acceptPush(
  current: StoredClient | undefined,
  { name }: KeyPush,
): Result<AcceptedPush, Refusal> {
  if (current === undefined || current.disabled || current.quarantined) {
    return err(refusal(`client "${name}" is not in service`))
  }
  const identity = readIdentity(current.entry)
  if (identity?.jwks === undefined) {
    return err(refusal(`client "${name}" has no identity.jwks that a push could replace`))
  }
  if (!identity.jwksPush) return err(refusal(`identity.jwksPush of client "${name}" is false`))
  return ok({ client: current, identity })
}

const refusal = (reason: string): Refusal => ({
  code: 'jwks_push_refused',
  detail: `${reason}; the worker's operator can set identity.jwks`,
})

function readIdentity(entry: string): IdentityEntry | undefined {
  const parsed = clientEntrySchema.safeParse(JSON.parse(entry))
  return parsed.success ? parsed.data.identity : undefined
}

function checkLimits(sql: SqlStorage, client: string, nowMs: number): Refusal | undefined {
  const { retired } = sql
    .exec<{ retired: number }>(
      'SELECT count(*) AS retired FROM retired_jwk WHERE client = ? AND not_after_ms > ?',
      client,
      nowMs,
    )
    .one()
  const pushes = countRecent(sql, { client, action: 'pushJwks', afterMs: nowMs - HOUR_MS })
  if (pushes < MAX_PUSHES_PER_HOUR && retired < MAX_RETIRED_KEYS) return undefined
  return {
    code: 'rate_limited',
    detail: `this client's limit of ${String(MAX_PUSHES_PER_HOUR)} changes of its token keys per hour, or of ${String(MAX_RETIRED_KEYS)} keys that left its set, is reached; retry the same request`,
    retryAfterSeconds: 600,
  }
}

/** A key that comes back is not retired any more. */
function retireKeys(
  sql: SqlStorage,
  {
    client,
    before,
    after,
    nowMs,
  }: {
    readonly client: string
    readonly before: Jwks | undefined
    readonly after: Jwks
    readonly nowMs: number
  },
): void {
  const kept = new Set(after.keys.map(({ kid }) => kid))
  sql.exec('DELETE FROM retired_jwk WHERE client = ? AND not_after_ms <= ?', client, nowMs)
  for (const kid of kept) {
    sql.exec('DELETE FROM retired_jwk WHERE client = ? AND kid = ?', client, kid)
  }
  for (const key of before?.keys ?? []) {
    if (kept.has(key.kid)) continue
    sql.exec(
      'INSERT OR REPLACE INTO retired_jwk (client, kid, jwk, not_after_ms) VALUES (?, ?, ?, ?)',
      client,
      key.kid,
      JSON.stringify(key),
      nowMs + RETIRED_MS,
    )
  }
}

/** The client as its tokens are verified: for the audit. */
function withJwks(client: StoredClient, jwks: Jwks | undefined): StoredClient {
  const entry = clientEntrySchema.parse(JSON.parse(client.entry))
  return { ...client, entry: JSON.stringify({ ...entry, identity: { ...entry.identity, jwks } }) }
}

function keyIdsOf(pushed: PushedKeys | undefined, { jwks }: IdentityEntry): readonly string[] {
  const current = pushed === undefined ? jwks : jwksSchema.parse(JSON.parse(pushed.jwks))
  const retired = (pushed?.retired ?? []).map(({ jwk }) => readKeyId(jwk))
  return [...(current?.keys.map(({ kid }) => kid) ?? []), ...retired]
}

const readKeyId = (jwk: string): string => {
  const [key] = jwksSchema.parse({ keys: [JSON.parse(jwk)] }).keys
  return key?.kid ?? ''
}
