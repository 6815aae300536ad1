/**
 * How much of a collection is kept, so that no tenant can fill the memory. When there is no more room, the
 * namespace that has most makes room for those that have less.
 *
 * @module
 */
import { refOfKey } from '../kube/object-ref.ts'

/** What {@link FairCapacity.admit} decides. */
export type Admission =
  | { readonly kind: 'keep' }
  /** Drop this other one, release it here, and ask again. */
  | { readonly kind: 'drop'; readonly key: string }
  | { readonly kind: 'omit' }

interface Share {
  readonly weights: Map<string, number>
  total: number
}

/** Weights of the keys of one collection, by namespace; cluster-scoped objects count as one namespace. */
export class FairCapacity {
  readonly #limit: number
  /** No share is empty. */
  readonly #shares = new Map<string, Share>()
  #total = 0

  /** @param limit - How much is kept, in the unit of the weights. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether something of that weight would be kept without another one being dropped. */
  hasRoom(weight: number): boolean {
    return this.#total + weight <= this.#limit
  }

  /** Counts a key, in place of its former weight, if it may be kept; otherwise it is released. */
  admit(key: string, weight: number): Admission {
    this.release(key)
    const namespace = namespaceOf(key)
    const share = this.#shares.get(namespace) ?? { weights: new Map(), total: 0 }
    if (this.hasRoom(weight)) {
      share.weights.set(key, weight)
      share.total += weight
      this.#shares.set(namespace, share)
      this.#total += weight
      return KEEP
    }
    const largest = this.#largest()
    const [first] = largest?.weights.keys() ?? []
    if (largest === undefined || first === undefined || share.total + weight >= largest.total) {
      return OMIT
    }
    return { kind: 'drop', key: first }
  }

  /** The key is no longer kept. */
  release(key: string): void {
    const namespace = namespaceOf(key)
    const share = this.#shares.get(namespace)
    const weight = share?.weights.get(key)
    if (share === undefined || weight === undefined) return
    share.weights.delete(key)
    share.total -= weight
    this.#total -= weight
    if (share.weights.size === 0) this.#shares.delete(namespace)
  }

  #largest(): Share | undefined {
    let largest: Share | undefined
    for (const share of this.#shares.values()) {
      if (share.total > (largest?.total ?? 0)) largest = share
    }
    return largest
  }
}

const KEEP: Admission = { kind: 'keep' }
const OMIT: Admission = { kind: 'omit' }

const namespaceOf = (key: string): string => refOfKey(key).namespace ?? ''
