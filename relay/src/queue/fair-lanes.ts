/**
 * Waiting keys in a tree of groups, such as namespace and issuer. Each group takes its turn after its
 * siblings, and has a limit on how many of its keys are worked on at the same time. A group at its limit
 * holds back its own keys and nothing else.
 *
 * @module
 */

/** A group of keys: the groups on the way from the root to a key decide when it may start. */
export interface Group {
  /** Unique among the groups of the same parent. */
  readonly id: string
  /** How many keys below this group may be worked on at once, at least 1. */
  readonly limit: number
  /** Whether a key that is set aside no longer counts; it always does when absent. */
  readonly isFreedEarly?: boolean
}

/** A key that may be worked on now. */
export interface Started<K> {
  readonly key: K
  /** Frees its place early in the groups that say so; it takes long. Call it at most once, before `release`. */
  readonly setAside: () => void
  /** Frees its place in each of its groups. Call it exactly once. */
  readonly release: () => void
}

class Lane<K> {
  readonly id: string
  readonly limit: number
  readonly isFreedEarly: boolean
  readonly parent: Lane<K> | undefined
  readonly children = new Map<string, Lane<K>>()
  /** Children that can give a key now; the one whose turn is next comes first. */
  readonly ready = new Set<Lane<K>>()
  /** Keys that wait in this group itself, before those of its children. */
  readonly keys: K[] = []
  active = 0

  constructor({ id, limit, isFreedEarly = false }: Group, parent?: Lane<K>) {
    this.id = id
    this.limit = limit
    this.isFreedEarly = isFreedEarly
    this.parent = parent
  }

  get isReady(): boolean {
    return this.active < this.limit && (this.keys.length > 0 || this.ready.size > 0)
  }

  get isEmpty(): boolean {
    return this.active === 0 && this.keys.length === 0 && this.children.size === 0
  }
}

/** Where keys wait; which of them is next takes a time that does not depend on how many wait. */
export class FairLanes<K> {
  readonly #root = new Lane<K>({ id: '', limit: Infinity })
  #size = 0

  /** Keys that wait, those that a limit holds back included. */
  get size(): number {
    return this.#size
  }

  /** Lets `key` wait behind the others of its innermost group. Groups that are new are created. */
  push(key: K, groups: readonly Group[]): void {
    let lane = this.#root
    for (const group of groups) {
      const child = lane.children.get(group.id) ?? new Lane(group, lane)
      lane.children.set(group.id, child)
      lane = child
    }
    lane.keys.push(key)
    this.#size += 1
    refresh(lane)
  }

  /** @returns The next key, or `undefined` when none waits or limits hold back all that wait. */
  next(): Started<K> | undefined {
    let lane = this.#root
    while (lane.keys.length === 0) {
      const [child] = lane.ready
      if (child === undefined) return undefined
      lane = child
    }
    const key = lane.keys.shift()
    if (key === undefined) return undefined
    this.#size -= 1
    for (const at of withParents(lane)) {
      at.active += 1
      // Its turn is over: refresh puts it behind its siblings.
      at.parent?.ready.delete(at)
    }
    refresh(lane)
    let counting = withParents(lane)
    const free = (lanes: readonly Lane<K>[]): void => {
      for (const at of lanes) at.active -= 1
      refresh(lane)
    }
    return {
      key,
      setAside: () => {
        free(counting.filter(({ isFreedEarly }) => isFreedEarly))
        counting = counting.filter(({ isFreedEarly }) => !isFreedEarly)
      },
      release: () => free(counting),
    }
  }
}

/** Lists each group above `lane` that can give a key now, and drops those that are empty. */
function refresh<K>(lane: Lane<K>): void {
  for (const at of withParents(lane)) {
    if (at.isReady) at.parent?.ready.add(at)
    else at.parent?.ready.delete(at)
    if (at.isEmpty) at.parent?.children.delete(at.id)
  }
}

/** From `lane` up to the root. */
function withParents<K>(lane: Lane<K>): readonly Lane<K>[] {
  const lanes: Lane<K>[] = []
  for (let at: Lane<K> | undefined = lane; at !== undefined; at = at.parent) lanes.push(at)
  return lanes
}
