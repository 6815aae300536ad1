/**
 * Keeps values up to a total weight and up to a share of it for each group, so that one tenant can neither
 * fill the memory nor push out what others use. What was used least recently goes first.
 *
 * @module
 */

/** Limits of a {@link ConnectionPool}, in the unit of the weights. */
export interface PoolLimits {
  readonly total: number
  readonly perGroup: number
}

/** One value of a {@link ConnectionPool}. */
export interface PoolEntry<T> {
  /** Who answers for it: a namespace. */
  readonly group: string
  readonly weight: number
  readonly value: T
}

/** By id. A value that is heavier than a limit is kept until the next one comes. */
export class ConnectionPool<T> {
  readonly #limits: PoolLimits
  readonly #dropped: (value: T) => void
  /** The one that was used least recently comes first. */
  readonly #entries = new Map<string, PoolEntry<T>>()
  /** Weight of each group that has entries. */
  readonly #weights = new Map<string, number>()
  #total = 0

  /** @param dropped - Hears of each value that was replaced, deleted, or had to make room. */
  constructor(limits: PoolLimits, dropped: (value: T) => void) {
    this.#limits = limits
    this.#dropped = dropped
  }

  get size(): number {
    return this.#entries.size
  }

  /** @returns The value, which counts as used now. */
  get(id: string): T | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry.value
  }

  set(id: string, entry: PoolEntry<T>): void {
    this.delete(id)
    this.#makeRoom(entry)
    this.#entries.set(id, entry)
    this.#count(entry, 1)
  }

  delete(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    this.#count(entry, -1)
    this.#dropped(entry.value)
  }

  values(): readonly T[] {
    return [...this.#entries.values()].map(({ value }) => value)
  }

  /** Forgets everything; no listener is notified. */
  clear(): void {
    this.#entries.clear()
    this.#weights.clear()
    this.#total = 0
  }

  #makeRoom({ group, weight }: PoolEntry<T>): void {
    const { total, perGroup } = this.#limits
    while (this.#weightOf(group) > 0 && this.#weightOf(group) + weight > perGroup) {
      this.#dropOldest(group)
    }
    while (this.#total > 0 && this.#total + weight > total) this.#dropOldest(this.#heaviest())
  }

  #heaviest(): string {
    let heaviest = ''
    for (const [group, weight] of this.#weights) {
      if (weight > this.#weightOf(heaviest)) heaviest = group
    }
    return heaviest
  }

  #dropOldest(group: string): void {
    for (const [id, entry] of this.#entries) {
      if (entry.group === group) {
        this.delete(id)
        return
      }
    }
  }

  #weightOf(group: string): number {
    return this.#weights.get(group) ?? 0
  }

  #count({ group, weight }: PoolEntry<T>, sign: 1 | -1): void {
    this.#total += sign * weight
    const now = this.#weightOf(group) + sign * weight
    if (now > 0) this.#weights.set(group, now)
    else this.#weights.delete(group)
  }
}
