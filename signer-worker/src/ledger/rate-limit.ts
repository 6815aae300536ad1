/**
 * How many new certificates a client may have in a minute. Exact for every window of 60 seconds, without
 * a counter: rows are never deleted, so the n-th certificate before the next one is found by its number.
 *
 * @module
 */

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
