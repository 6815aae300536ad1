/** A clock that does not move until a test moves it. */
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../relay/src/queue/clock.ts'

interface Timer {
  readonly atMs: number
  readonly fire: () => void
}

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  await setImmediate()
}

/** Starts at 2026-01-01T00:00:00Z, with an uptime of 0. */
export class FakeClock implements Clock {
  readonly #startMs = Date.parse('2026-01-01T00:00:00Z')
  readonly #timers = new Set<Timer>()
  #uptimeMs = 0

  now(): number {
    return this.#startMs + this.#uptimeMs
  }

  uptimeMs(): number {
    return this.#uptimeMs
  }

  setTimer(fire: () => void, delayMs: number): () => void {
    const timer = { atMs: this.#uptimeMs + delayMs, fire }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How long each timer still has, the nearest first. */
  get pendingMs(): readonly number[] {
    return [...this.#timers].map(({ atMs }) => atMs - this.#uptimeMs).toSorted((a, b) => a - b)
  }

  /** Moves time on, timer by timer, and lets what they wake run before the next one. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#uptimeMs + byMs
    await settle()
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#timers.delete(timer)
      this.#uptimeMs = Math.max(this.#uptimeMs, timer.atMs)
      timer.fire()
      await settle()
    }
    this.#uptimeMs = untilMs
  }

  #next(untilMs: number): Timer | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs)
    return due.toSorted((a, b) => a.atMs - b.atMs)[0]
  }
}
