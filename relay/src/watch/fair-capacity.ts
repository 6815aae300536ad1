/**
 * How many objects of a collection are kept, so that no tenant can fill the memory with them. When there is
 * no more room, the namespace that has most makes room for those that have fewer.
 *
 * @module
 */

import { refOfKey } from '../kube/object-ref.ts'

/** What {@link FairCapacity.admit} decides on a new object. */
export type Admission =
  | { readonly kind: 'keep' }
  /** Keep it, and drop this other one. */
  | { readonly kind: 'replace'; readonly key: string }
  | { readonly kind: 'omit' }

/** Keys of one collection, by namespace; cluster-scoped objects count as one namespace. */
export class FairCapacity {
  readonly #limit: number
  /** No set is empty. */
  readonly #keys = new Map<string, Set<string>>()
  #size = 0

  /** Whether a new key would be kept without another one being dropped. */
  get hasRoom(): boolean {
    return this.#size < this.#limit
  }

  /** @param limit - How many objects are kept, at least 1. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Counts a key that is kept from now on, unless it is to be omitted. A key that is kept already stays. */
  admit(key: string): Admission {
    const namespace = namespaceOf(key)
    const keys = this.#keys.get(namespace)
    if (keys?.has(key) === true) return KEEP
    if (this.hasRoom) {
      this.#add(namespace, key)
      return KEEP
    }
    const largest = this.#largest()
    if (largest === undefined || (keys?.size ?? 0) + 1 >= largest.size) return { kind: 'omit' }
    const [dropped = ''] = largest
    this.release(dropped)
    this.#add(namespace, key)
    return { kind: 'replace', key: dropped }
  }

  /** The key is kept no more. */
  release(key: string): void {
    const namespace = namespaceOf(key)
    const keys = this.#keys.get(namespace)
    if (keys?.delete(key) !== true) return
    this.#size -= 1
    if (keys.size === 0) this.#keys.delete(namespace)
  }

  #add(namespace: string, key: string): void {
    const keys = this.#keys.get(namespace)
    if (keys === undefined) this.#keys.set(namespace, new Set([key]))
    else keys.add(key)
    this.#size += 1
  }

  #largest(): ReadonlySet<string> | undefined {
    let largest: ReadonlySet<string> | undefined
    for (const keys of this.#keys.values()) {
      if (keys.size > (largest?.size ?? 0)) largest = keys
    }
    return largest
  }
}

const KEEP: Admission = { kind: 'keep' }

const namespaceOf = (key: string): string => refOfKey(key).namespace ?? ''
