import { FairCapacity } from './fair-capacity.ts'

/** What happened to one object: `before` alone is a deletion, `after` alone an addition. */
export interface Change<T> {
  readonly key: string
  readonly before: T | undefined
  readonly after: T | undefined
}

/** An object in one of its versions. */
export interface Versioned<T> {
  readonly resourceVersion: string
  readonly value: T
}

/** Options of a {@link Store}. */
export interface StoreOptions<T> {
  /** What {@link Store.keysBy} looks objects up by; `undefined` leaves one out. */
  readonly indexBy?: (value: T) => string | undefined
  /** How much is kept; everything when absent. When there is more, namespaces with little keep theirs. */
  readonly limits?: { readonly total: number; readonly weightOf: (value: T) => number }
}

/**
 * The objects of one collection as last seen, by key. One reflector writes; others read, and are notified of
 * changes. A listener must be quick and must not throw: it adds keys to queues, no more.
 */
export class Store<T> {
  readonly #entries = new Map<string, Versioned<T>>()
  /** Holds a key under `indexBy` of its value, for each key of `#entries`; no set is empty. */
  readonly #index = new Map<string, Set<string>>()
  readonly #capacity: FairCapacity
  readonly #weightOf: (value: T) => number
  /** Weight of the heaviest object that there was. */
  #greatest = 0
  readonly #indexBy: (value: T) => string | undefined
  readonly #listeners: ((change: Change<T>) => void)[] = []

  constructor({ indexBy = () => undefined, limits }: StoreOptions<T> = {}) {
    this.#indexBy = indexBy
    this.#weightOf = limits?.weightOf ?? (() => 1)
    this.#capacity = new FairCapacity(limits?.total ?? Infinity)
  }

  /** Whether there is memory again for ignored objects. */
  get hasRoom(): boolean {
    return this.#capacity.hasRoom(this.#greatest)
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value
  }

  keys(): readonly string[] {
    return [...this.#entries.keys()]
  }

  values(): readonly T[] {
    return [...this.#entries.values()].map(({ value }) => value)
  }

  /** Keys of the objects for which `indexBy` gave `indexed`. */
  keysBy(indexed: string): readonly string[] {
    return [...(this.#index.get(indexed) ?? [])]
  }

  /** @returns For how many objects `indexBy` gave `indexed`. */
  countBy(indexed: string): number {
    return this.#index.get(indexed)?.size ?? 0
  }

  /** Calls `listener` after each change, in the order of the changes. Subscribe before the reflector runs. */
  onChange(listener: (change: Change<T>) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Adds or replaces an object. The version that is already there is no change.
   *
   * @returns How many objects are not kept because memory is limited: this one, or others that made room for it.
   */
  put(key: string, entry: Versioned<T>): number {
    if (this.#entries.get(key)?.resourceVersion === entry.resourceVersion) return 0
    const dropped = this.#makeRoom(key, this.#weightOf(entry.value))
    if (dropped === undefined) {
      this.delete(key)
      return 1
    }
    const before = this.#entries.get(key)
    if (before !== undefined) this.#unindex(key, before.value)
    this.#entries.set(key, entry)
    const indexed = this.#indexBy(entry.value)
    if (indexed !== undefined) {
      const keys = this.#index.get(indexed)
      if (keys === undefined) this.#index.set(indexed, new Set([key]))
      else keys.add(key)
    }
    this.#notify({ key, before: before?.value, after: entry.value })
    return dropped
  }

  /** Removes an object. A key that is not there is no change. */
  delete(key: string): void {
    const before = this.#entries.get(key)
    if (before === undefined) return
    this.#unindex(key, before.value)
    this.#entries.delete(key)
    this.#capacity.release(key)
    this.#notify({ key, before: before.value, after: undefined })
  }

  /** @returns How many others had to go; `undefined` when this one is not to be kept. */
  #makeRoom(key: string, weight: number): number | undefined {
    this.#greatest = Math.max(this.#greatest, weight)
    for (let dropped = 0; ; dropped += 1) {
      const admission = this.#capacity.admit(key, weight)
      if (admission.kind === 'keep') return dropped
      if (admission.kind === 'omit') return undefined
      this.delete(admission.key)
    }
  }

  #unindex(key: string, value: T): void {
    const indexed = this.#indexBy(value)
    const keys = indexed === undefined ? undefined : this.#index.get(indexed)
    if (indexed === undefined || keys === undefined) return
    keys.delete(key)
    if (keys.size === 0) this.#index.delete(indexed)
  }

  #notify(change: Change<T>): void {
    for (const listener of this.#listeners) listener(change)
  }
}
