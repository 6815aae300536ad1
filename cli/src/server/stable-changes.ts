/**
 * Finds changes of files that are read again and again. A change counts when two looks in a row see the same, so
 * that half-written files and a key without its new certificate are not acted on.
 */
export class StableChanges<T> {
  /** What was last acted on, as text. */
  #current: string
  /** What the last look saw, if that is another. */
  #seen: string | undefined

  constructor(initial: T) {
    this.#current = JSON.stringify(initial)
  }

  /** @returns The value to act on, once for each change. */
  look(value: T): T | undefined {
    const text = JSON.stringify(value)
    if (text === this.#current) {
      this.#seen = undefined
      return undefined
    }
    if (text !== this.#seen) {
      this.#seen = text
      return undefined
    }
    this.#current = text
    this.#seen = undefined
    return value
  }
}
