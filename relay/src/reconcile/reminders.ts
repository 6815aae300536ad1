/** How long something that goes on is not told again. */
const REMINDER_MS = 86_400_000

/** Says once a day that it is time to tell something again. Kept in memory: a restart begins a new day. */
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

  /** It goes on no more. */
  forget(id: string): void {
    this.#since.delete(id)
  }
}
