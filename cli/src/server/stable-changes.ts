/**
 * Finds changes of files that are read again and again. A change counts when two looks in a row see the same, so
 * that half-written files and a key without its new certificate are not acted on.
 */
export class StableChanges<T> {
  /** What is in use, as text. */
  #current: string
  /** What the last look saw. */
  #seen: string
  /** What was returned and is not in use. */
  #returned: string | undefined

  constructor(initial: T) {
    this.#current = JSON.stringify(initial)
    this.#seen = this.#current
  }

  /** @returns The value to act on, once for each change from what is in use. */
  look(value: T): T | undefined {
    const text = JSON.stringify(value)
    const isStable = text === this.#seen
    this.#seen = text
    if (!isStable || text === this.#returned) return undefined
    this.#returned = text === this.#current ? undefined : text
    return this.#returned === undefined ? undefined : value
  }

  /** From now on the value is in use. */
  use(value: T): void {
    this.#current = JSON.stringify(value)
  }

  /** Lets the next look return the last value again. */
  retry(): void {
    this.#returned = undefined
  }
}
