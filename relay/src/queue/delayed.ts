import type { Clock } from './clock.ts'

/** Longest delay of a timer in JavaScript: a signed 32-bit number of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Keys that are due later, with one timer for them all. */
export class DelayedKeys<K extends string> {
  readonly #clock: Clock
  readonly #due: (key: K) => void
  /** When each waiting key is due, on the clock's uptime. */
  readonly #dueAtMs = new Map<K, number>()
  /** Calls off the timer; it is set whenever a key waits, and never fires after the earliest is due. */
  #cancelTimer: (() => void) | undefined
  #timerAtMs = Infinity
  #stopped = false

  /** @param due Is given each key once its time has come, such as a queue's `add`. */
  constructor(clock: Clock, due: (key: K) => void) {
    this.#clock = clock
    this.#due = due
  }

  /** Keys that wait. */
  get size(): number {
    return this.#dueAtMs.size
  }

  /** Hands `key` on after `delayMs`. A key waits once: of two times the earlier one stands. */
  addAfter(key: K, delayMs: number): void {
    if (this.#stopped) return
    const atMs = this.#clock.uptimeMs() + delayMs
    if (atMs >= (this.#dueAtMs.get(key) ?? Infinity)) return
    this.#dueAtMs.set(key, atMs)
    if (atMs < this.#timerAtMs) this.#arm(atMs)
  }

  /** Forgets all keys, and takes no more. */
  stop(): void {
    this.#stopped = true
    this.#cancelTimer?.()
    this.#dueAtMs.clear()
  }

  #arm(atMs: number): void {
    this.#cancelTimer?.()
    this.#timerAtMs = atMs
    const delayMs = Math.min(Math.max(0, atMs - this.#clock.uptimeMs()), LONGEST_TIMER_MS)
    this.#cancelTimer = this.#clock.setTimer(() => this.#fire(), delayMs)
  }

  #fire(): void {
    const nowMs = this.#clock.uptimeMs()
    let next = Infinity
    const due: K[] = []
    // No copy: thousands of keys may wait, and one is due at a time.
    for (const [key, atMs] of this.#dueAtMs) {
      if (atMs <= nowMs) due.push(key)
      else next = Math.min(next, atMs)
    }
    this.#cancelTimer = undefined
    this.#timerAtMs = Infinity
    for (const key of due) {
      this.#dueAtMs.delete(key)
      this.#due(key)
    }
    if (next < this.#timerAtMs) this.#arm(next)
  }
}
