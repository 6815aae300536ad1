/** Interval between reminders. */
const REMINDER_MS = 86_400_000

/** Reminds once a day of something that persists. Kept in memory: a restart begins a new day. */
export class Reminders {
  /** Start of the day by id, in epoch milliseconds. */
  readonly #since = new Map<string, number>()

  /** @returns Whether a day has passed; a day begins when an id is asked for first. */
  isDue(id: string, nowMs: number): boolean {
    const sinceMs = this.#since.get(id) ?? nowMs
    const isDue = nowMs - sinceMs >= REMINDER_MS
    this.#since.set(id, isDue ? nowMs : sinceMs)
    return isDue
  }

  /** It no longer persists. */
  forget(id: string): void {
    this.#since.delete(id)
  }
}
