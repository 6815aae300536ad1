/** What is read of every object here. */
interface Identified {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string }
}

/** Larger objects are not kept, in characters of JSON. */
const MAX_OBJECT = 65_536
/** Beyond it the objects that came first are dropped, in characters of JSON. */
const MAX_TOTAL = 4 * 1_048_576

/**
 * Whole objects that were seen recently, in addition to a store that keeps parts of them: most requests are signed
 * at once, and need not be read again.
 */
export class RecentObjects<T extends Identified> {
  /** By uid, in the order in which they came. */
  readonly #objects = new Map<string, { readonly object: T; readonly length: number }>()
  #total = 0

  get size(): number {
    return this.#objects.size
  }

  /** Keeps the object in place of an older version of it. */
  put(object: T): void {
    const { uid } = object.metadata
    this.delete(uid)
    const { length } = JSON.stringify(object)
    if (length > MAX_OBJECT) return
    this.#objects.set(uid, { object, length })
    this.#total += length
    for (const oldest of this.#objects.keys()) {
      if (this.#total <= MAX_TOTAL) return
      this.delete(oldest)
    }
  }

  /** @returns The whole object in the version of `part`, if it is kept. */
  get({ metadata: { uid, resourceVersion } }: Identified): T | undefined {
    const object = this.#objects.get(uid)?.object
    return object?.metadata.resourceVersion === resourceVersion ? object : undefined
  }

  delete(uid: string): void {
    const kept = this.#objects.get(uid)
    if (kept === undefined) return
    this.#objects.delete(uid)
    this.#total -= kept.length
  }
}
