/**
 * What happened besides issuing: counters, and the last requests that were refused.
 *
 * @module
 */
import type { Refusal, RefusalCode, SignOrigin } from '@edge-issuer/shared'
import { detailOf, firstOf } from '../model/refusals.ts'
import { toRfc3339 } from '../model/rfc3339.ts'
import type { LedgerCounters, LedgerPage, LedgerRefusedRequest, PageRequest } from './messages.ts'

/** Refused requests that one object keeps. */
const MAX_REFUSALS = 1000

/** Longest text of one, in characters. */
const MAX_DETAIL_CHARACTERS = 2048

const REFUSED_PREFIX = 'refused:'

const COUNT = `
  INSERT INTO counter (name, value) VALUES (?1, ?2)
  ON CONFLICT (name) DO UPDATE SET value = value + ?2`

/** Counts an answer that was given before. */
export function countReplay(sql: SqlStorage): void {
  sql.exec(COUNT, 'replayed', 1)
}

/** Counts refusals. */
export function countRefusal(sql: SqlStorage, code: RefusalCode, times = 1): void {
  sql.exec(COUNT, REFUSED_PREFIX + code, times)
}

/** A request that was refused, and when. */
export interface RefusedOrigin {
  readonly origin: SignOrigin
  /** Epoch ms. */
  readonly atMs: number
}

/** Counts a refusal, keeps it, and drops the oldest one when there are more than enough. */
export function recordRefusal(
  sql: SqlStorage,
  refusals: readonly Refusal[],
  { origin, atMs }: RefusedOrigin,
): void {
  const { code } = firstOf(refusals)
  countRefusal(sql, code)
  const { id } = sql
    .exec<{ id: number }>(
      'INSERT INTO refusal (at_ms, uid, namespace, name, code, detail) VALUES (?, ?, ?, ?, ?, ?) RETURNING id',
      atMs,
      origin.uid,
      origin.namespace,
      origin.name,
      code,
      detailOf(refusals).slice(0, MAX_DETAIL_CHARACTERS),
    )
    .one()
  sql.exec('DELETE FROM refusal WHERE id <= ?', id - MAX_REFUSALS)
}

interface RefusalRow extends Record<string, SqlStorageValue> {
  readonly id: number
  readonly at_ms: number
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly code: string
  readonly detail: string
}

/** Refused requests, the oldest first. */
export function listRefusals(
  sql: SqlStorage,
  { after, limit }: PageRequest,
): LedgerPage<LedgerRefusedRequest> {
  const rows = sql
    .exec<RefusalRow>('SELECT * FROM refusal WHERE id > ? ORDER BY id LIMIT ?', after, limit)
    .toArray()
  return {
    items: rows.map(({ at_ms: atMs, uid, namespace, name, code, detail }) => ({
      at: toRfc3339(atMs),
      uid,
      namespace,
      name,
      code,
      detail,
    })),
    next: rows.length < limit ? undefined : rows.at(-1)?.id,
  }
}

/** Everything that one object counts. */
export function readCounters(sql: SqlStorage): LedgerCounters {
  const counters = new Map(
    sql
      .exec<{ name: string; value: number }>('SELECT name, value FROM counter ORDER BY name')
      .toArray()
      .map(({ name, value }) => [name, value]),
  )
  const { issued } = sql
    .exec<{ issued: number }>('SELECT coalesce(max(seq), 0) AS issued FROM issuance')
    .one()
  return {
    issued,
    replayed: counters.get('replayed') ?? 0,
    refused: Object.fromEntries(
      [...counters]
        .filter(([name]) => name.startsWith(REFUSED_PREFIX))
        .map(([name, value]) => [name.slice(REFUSED_PREFIX.length), value]),
    ),
    databaseBytes: sql.databaseSize,
  }
}
