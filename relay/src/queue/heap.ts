/** A binary heap: the least item can be seen at once, and adding or removing takes a time in O(log n). */
export class Heap<T> {
  readonly #isLess: (a: T, b: T) => boolean
  readonly #items: T[] = []

  /** @param isLess - A strict order of items. */
  constructor(isLess: (a: T, b: T) => boolean) {
    this.#isLess = isLess
  }

  get size(): number {
    return this.#items.length
  }

  /** @returns The least item, which stays. */
  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let at = items.push(item) - 1
    for (;;) {
      const parentAt = (at - 1) >> 1
      const parent = items[parentAt]
      if (at === 0 || parent === undefined || !this.#isLess(item, parent)) break
      items[at] = parent
      at = parentAt
    }
    items[at] = item
  }

  /** Removes the least item. */
  pop(): T | undefined {
    const items = this.#items
    const least = items[0]
    const last = items.pop()
    if (least === undefined || last === undefined || items.length === 0) return least
    let at = 0
    for (;;) {
      const childAt = this.#lesserChild(at)
      const child = items[childAt]
      if (child === undefined || !this.#isLess(child, last)) break
      items[at] = child
      at = childAt
    }
    items[at] = last
    return least
  }

  #lesserChild(at: number): number {
    const leftAt = 2 * at + 1
    const left = this.#items[leftAt]
    const right = this.#items[leftAt + 1]
    const isRight = left !== undefined && right !== undefined && this.#isLess(right, left)
    return isRight ? leftAt + 1 : leftAt
  }
}
