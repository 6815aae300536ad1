/**
 * Nonces: a signature is good for one request. The second line of defense: a uid that has its
 * certificate gets the same one in any case.
 *
 * @module
 */
import { MAX_CLOCK_SKEW_SECONDS, SIGNATURE_LIFETIME_SECONDS } from '@edge-issuer/shared'

/**
 * How long a nonce is kept, in ms: a signature that the worker accepts now was made at most the skew
 * ago or the skew ahead, and expires its lifetime later.
 */
export const NONCE_WINDOW_MS = (MAX_CLOCK_SKEW_SECONDS + SIGNATURE_LIFETIME_SECONDS) * 1000

/**
 * Takes a nonce.
 *
 * @param nonce - 16 bytes, unpadded base64url.
 * @returns Whether it was free.
 */
export function useNonce(sql: SqlStorage, nonce: string, nowMs: number): boolean {
  const bytes = Buffer.from(nonce, 'base64url')
  return (
    sql.exec('INSERT OR IGNORE INTO nonce (nonce, used_at_ms) VALUES (?, ?)', bytes, nowMs)
      .rowsWritten > 0
  )
}

/** Forgets the nonces of signatures that have expired. */
export function forgetNonces(sql: SqlStorage, nowMs: number): void {
  sql.exec('DELETE FROM nonce WHERE used_at_ms < ?', nowMs - NONCE_WINDOW_MS)
}
