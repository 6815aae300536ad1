/**
 * How many requests that issue nothing (refused ones, and those whose uid has its certificate) one object
 * answers for a client in a minute. Above the limit nothing is written, so a client that loops cannot make
 * the ledger write without bound.
 *
 * Counted in memory, in fixed windows: up to twice the limit fits around the border of two windows, and an
 * object that is evicted starts a new window. Certificates that are new do not count.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import { countRefusal } from './audit.ts'

/** Length of a window, in ms. */
const WINDOW_MS = 60_000

/** Counts the requests of one object. */
export class RepeatLimiter {
  #windowStartMs = -Infinity
  #taken = 0
  /** Requests above the limit that {@link takeRejected} has not reported yet. */
  #rejected = 0

  /**
   * Counts one request. Above the limit nothing is written until the window ends.
   *
   * @returns Why it is not answered.
   */
  check(sql: SqlStorage, limit: number, nowMs: number): Refusal | undefined {
    const rejected = this.takeRejected(nowMs)
    if (rejected > 0) countRefusal(sql, 'rate_limited', rejected)
    const waitMs = this.take(limit, nowMs)
    if (waitMs === 0) return undefined
    return {
      code: 'rate_limited',
      detail:
        `this client's limit of ${String(limit)} requests per minute that are refused or already have ` +
        'their certificate is reached; retry the same request',
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    }
  }

  /**
   * Counts one request.
   *
   * @returns Milliseconds until the next window; 0 when the request is within the limit.
   */
  take(limit: number, nowMs: number): number {
    this.#roll(nowMs)
    if (this.#taken < limit) {
      this.#taken += 1
      return 0
    }
    this.#rejected += 1
    return this.#windowStartMs + WINDOW_MS - nowMs
  }

  /** @returns How many requests were above the limit in windows that are over, each reported once. */
  takeRejected(nowMs: number): number {
    if (!this.#isOver(nowMs)) return 0
    const rejected = this.#rejected
    this.#rejected = 0
    return rejected
  }

  #roll(nowMs: number): void {
    if (!this.#isOver(nowMs)) return
    this.#windowStartMs = nowMs
    this.#taken = 0
  }

  /** A clock that was set back starts a window too, so that no wait is longer than a window. */
  #isOver(nowMs: number): boolean {
    return nowMs < this.#windowStartMs || nowMs >= this.#windowStartMs + WINDOW_MS
  }
}
