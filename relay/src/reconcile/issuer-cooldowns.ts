/**
 * Issuers that the worker refused while signing, and how long they stay not Ready for it.
 *
 * Without a cooldown, checks that succeed and sign calls that fail would alternate: Ready, refused, not Ready,
 * checked, Ready, … Kept in memory: a restart begins without cooldowns, and with a check.
 *
 * @module
 */

const FIRST_COOLDOWN_MS = 5_000
const MAX_COOLDOWN_MS = 300_000

/** The cooldown of an issuer. */
export interface Cooldown {
  readonly message: string
  /** Epoch milliseconds. */
  readonly untilMs: number
}

interface Refused extends Cooldown {
  readonly lengthMs: number
}

/** By the issuer's uid. */
export class IssuerCooldowns {
  /** A cooldown is kept after its end, so that the next refusal doubles it, until a request is signed. */
  readonly #refused = new Map<string, Refused>()

  /**
   * Starts a cooldown. While it lasts, further refusals (of requests already sent) do not extend it.
   *
   * @returns The current cooldown.
   */
  start(uid: string, message: string, nowMs: number): Cooldown {
    const before = this.#refused.get(uid)
    if (before !== undefined && nowMs < before.untilMs) return before
    const lengthMs =
      before === undefined ? FIRST_COOLDOWN_MS : Math.min(before.lengthMs * 2, MAX_COOLDOWN_MS)
    const refused = { message, lengthMs, untilMs: nowMs + lengthMs }
    this.#refused.set(uid, refused)
    return refused
  }

  /** @returns The cooldown at `nowMs`, if any. */
  current(uid: string, nowMs: number): Cooldown | undefined {
    const cooldown = this.#refused.get(uid)
    return cooldown !== undefined && nowMs < cooldown.untilMs ? cooldown : undefined
  }

  /** Ends the cooldown, since a change may have fixed the cause. The next one is still longer. */
  clear(uid: string): void {
    const cooldown = this.#refused.get(uid)
    if (cooldown !== undefined) this.#refused.set(uid, { ...cooldown, untilMs: 0 })
  }

  /** Resets the doubling: a request was signed, or the issuer was deleted. */
  forget(uid: string): void {
    this.#refused.delete(uid)
  }
}
