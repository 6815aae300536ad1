/**
 * How many new certificates a client may have in a minute. Exact for every window of 60 seconds, without
 * a counter: rows are never deleted, so the n-th certificate before the next one is found by its number.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'

/** Length of the window, in ms. */
const WINDOW_MS = 60_000

const NTH_BEFORE_NEXT =
  'SELECT issued_at_ms FROM issuance WHERE seq = (SELECT max(seq) FROM issuance) - ? + 1'

/**
 * @param limit - New certificates in any 60 seconds.
 * @returns Milliseconds until one more is within the limit; 0 when it is now.
 */
export function waitForRate(sql: SqlStorage, limit: number, nowMs: number): number {
  const [row] = sql.exec<{ issued_at_ms: number }>(NTH_BEFORE_NEXT, limit).toArray()
  return row === undefined ? 0 : Math.max(0, row.issued_at_ms + WINDOW_MS - nowMs)
}

/** @returns Why there is no new certificate now. */
export function checkRate(
  sql: SqlStorage,
  limit: number | undefined,
  nowMs: number,
): Refusal | undefined {
  const waitMs = limit === undefined ? 0 : waitForRate(sql, limit, nowMs)
  if (waitMs === 0) return undefined
  return {
    code: 'rate_limited',
    detail: `this client's limit of ${String(limit)} new certificates per minute is reached; retry the same request`,
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  }
}
