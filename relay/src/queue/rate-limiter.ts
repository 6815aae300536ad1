/** How the delays of a {@link RateLimiter} grow. */
export interface BackoffPolicy {
  /** Delay after the first failure. Each further one doubles it. */
  readonly baseMs: number
  readonly maxMs: number
  /** Each delay is spread by up to this share, up or down. */
  readonly jitter: number
}

/**
 * For keys whose reconcile failed: slow enough for a worker far away, fast enough for a person who waits.
 * The numbers of cert-manager's own request controllers (pkg/controller/util.go), spread a little.
 */
export const REQUEST_BACKOFF: BackoffPolicy = { baseMs: 5_000, maxMs: 300_000, jitter: 0.2 }

/**
 * For issuers: a corrected Secret or a worker that is back is noticed within seconds at first, and
 * never later than by the check of a ready issuer.
 */
export const ISSUER_BACKOFF: BackoffPolicy = { baseMs: 1_000, maxMs: 60_000, jitter: 0.2 }

/** Says how long a key must wait, from how often it has failed in a row. */
export class RateLimiter<K extends string> {
  readonly #policy: BackoffPolicy
  readonly #random: () => number
  /** Failures in a row; a key that is not there has none. */
  readonly #failures = new Map<K, number>()

  /** @param random Gives numbers in [0, 1), as `Math.random`. */
  constructor(policy: BackoffPolicy, random: () => number) {
    this.#policy = policy
    this.#random = random
  }

  failures(key: K): number {
    return this.#failures.get(key) ?? 0
  }

  /**
   * Counts one more failure of `key`.
   *
   * @param minimumMs What a `Retry-After` asked for. The delay is never below it, and above it is
   *   spread too, so that callers with the same delay do not retry together.
   * @returns How long the key must wait, in milliseconds.
   */
  next(key: K, minimumMs = 0): number {
    const { baseMs, maxMs, jitter } = this.#policy
    const failures = this.failures(key)
    this.#failures.set(key, failures + 1)
    const random = this.#random()
    const delayMs = Math.min(baseMs * 2 ** failures, maxMs) * (1 + jitter * (2 * random - 1))
    return Math.max(delayMs, minimumMs * (1 + jitter * random))
  }

  /** Starts over: the key did well, or is gone. */
  forget(key: K): void {
    this.#failures.delete(key)
  }
}
