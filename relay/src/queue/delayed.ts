import type { Clock } from './clock.ts'
import { Heap } from './heap.ts'

/** Longest delay of a timer in JavaScript: a signed 32-bit number of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

interface Wait<K> {
  readonly key: K
  /** On the clock's uptime. */
  readonly atMs: number
  /** Of keys that are due at the same time, the one that was added first comes first. */
  readonly order: number
}

/**
 * Keys that are due later, with one timer for them all. A key takes a time in O(log n): thousands may
 * wait for the same worker.
 */
export class DelayedKeys<K extends string> {
  readonly #clock: Clock
  readonly #due: (key: K) => void
  /** When each waiting key is due, on the clock's uptime. */
  readonly #dueAtMs = new Map<K, number>()
  /** An entry whose time is not that of its key counts no longer. */
  readonly #waits = new Heap<Wait<K>>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order),
  )
  #added = 0
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

  /** Hands `key` on after `delayMs`. A key waits once: of two times the earlier one applies. */
  addAfter(key: K, delayMs: number): void {
    if (this.#stopped) return
    const atMs = this.#clock.uptimeMs() + delayMs
    if (atMs >= (this.#dueAtMs.get(key) ?? Infinity)) return
    this.#dueAtMs.set(key, atMs)
    this.#added += 1
    this.#waits.push({ key, atMs, order: this.#added })
    if (atMs < this.#timerAtMs) this.#arm(atMs)
  }

  /** Drops all keys, and accepts no new ones. */
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
    this.#cancelTimer = undefined
    this.#timerAtMs = Infinity
    const due: K[] = []
    let next = this.#waits.peek()
    for (; next !== undefined && next.atMs <= nowMs; next = this.#waits.peek()) {
      this.#waits.pop()
      if (this.#dueAtMs.get(next.key) !== next.atMs) continue
      this.#dueAtMs.delete(next.key)
      due.push(next.key)
    }
    if (next !== undefined) this.#arm(next.atMs)
    for (const key of due) this.#due(key)
  }
}
