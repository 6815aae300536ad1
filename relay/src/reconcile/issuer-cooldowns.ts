/**
 * Issuers that the worker refused while signing, and how long they are held not Ready for it.
 *
 * Without a hold, a check that passes and a sign that fails would chase each other: Ready, refused,
 * not Ready, checked, Ready, … Kept in memory: a restart begins with a check, and with an empty slate.
 *
 * @module
 */

const FIRST_COOLDOWN_MS = 5_000
const MAX_COOLDOWN_MS = 300_000

/** One refusal that still stands. */
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
  /** A hold stays after its end, so that the next refusal doubles it, until something is signed. */
  readonly #refused = new Map<string, Refused>()

  /**
   * Notes a refusal. While a hold lasts, further ones (of requests already on their way) count as the same.
   *
   * @returns The hold that lasts now.
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

  /** @returns The hold that lasts at `nowMs`, if any. */
  current(uid: string, nowMs: number): Cooldown | undefined {
    const hold = this.#refused.get(uid)
    return hold !== undefined && nowMs < hold.untilMs ? hold : undefined
  }

  /** Somebody changed what the refusal may have been about: look at once. The doubling goes on. */
  clear(uid: string): void {
    const hold = this.#refused.get(uid)
    if (hold !== undefined) this.#refused.set(uid, { ...hold, untilMs: 0 })
  }

  /** Ends the doubling: something was signed, or the issuer is gone. */
  forget(uid: string): void {
    this.#refused.delete(uid)
  }
}
