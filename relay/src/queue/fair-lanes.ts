/**
 * Waiting keys in a tree of groups, such as namespace and issuer. Each group takes its turn after its
 * siblings, and has a limit on how many of its keys are worked on at the same time. A group at its limit
 * holds back its own keys and nothing else.
 *
 * Places of an outermost group above `spareBelow` are for groups whose keys end well, as far as that is known.
 * The other places are also for groups with a key that takes long, for those whose last key proved nothing
 * good, and for bursts: a group exceeds its limit by as many keys as ended quickly in a row. So a worker that
 * does not respond never gets more than the limit, many of them together never get every place, and a burst of
 * one issuer uses workers that would be idle.
 *
 * @module
 */

/** A group of keys: the groups on the way from the root to a key decide when it may start. */
export interface Group {
  /** Unique among the groups of the same parent. */
  readonly id: string
  /** How many keys below this group may be worked on at once, at least 1. */
  readonly limit: number
  /** By how many keys the limit may be exceeded at most; 0 when absent. */
  readonly extra?: number
  /**
   * Of an outermost group: while fewer keys than this are worked on, groups in it may exceed their limits,
   * and those that come after others may start keys; always when absent.
   */
  readonly spareBelow?: number
  /**
   * False for a group that others come before, as before one with a key that takes long; true when
   * absent.
   */
  readonly isProven?: boolean
  /** Whether a key that is set aside no longer counts; it always does when absent. */
  readonly isFreedEarly?: boolean
}

/** A key that may be worked on now. */
export interface Started<K> {
  readonly key: K
  /**
   * It takes long: its groups come after others until it is released, and longer if that proves nothing good.
   *
   * @param isSetAside - Frees its place early in groups with `isFreedEarly`.
   */
  readonly takesLong: (isSetAside: boolean) => void
  /**
   * Frees its place in each of its groups. Call it exactly once.
   *
   * @param groups - The groups of the key now that it has ended, for limits that have changed. Whether it ended
   *   quickly decides if none of them states `isProven`.
   */
  readonly release: (groups?: readonly Group[]) => void
}

class Lane<K> {
  /** As last stated: a limit may change. */
  group: Group
  readonly parent: Lane<K> | undefined
  readonly children = new Map<string, Lane<K>>()
  /** Children that can give a key; the one whose turn is next comes first. */
  readonly ready = new Set<Lane<K>>()
  /** Children that can give a key as long as there are places to spare. */
  readonly readyIfSpare = new Set<Lane<K>>()
  /** Keys that wait in this group itself, before those of its children. */
  readonly keys: K[] = []
  active = 0
  /** Keys that take long; not counted in an outermost group with `spareBelow`. */
  slow = 0
  /** Whether a key takes long, or the last one that ended proved nothing good: others come first. */
  isSuspect: boolean
  /** Keys that ended quickly since one took long, at most `extra`. */
  quick = 0

  /** Of an outermost group 0. */
  readonly depth: number

  constructor(group: Group, parent?: Lane<K>) {
    this.group = group
    this.parent = parent
    this.depth = parent === undefined ? -1 : parent.depth + 1
    this.isSuspect = group.isProven === false
  }

  get isReady(): boolean {
    const hasKey = this.keys.length > 0 || this.ready.size > 0
    return hasKey && !this.isSuspect && this.active < this.group.limit
  }

  get isReadyIfSpare(): boolean {
    const hasKey = this.keys.length > 0 || this.ready.size > 0 || this.readyIfSpare.size > 0
    const extra = this.isSuspect ? 0 : Math.min(this.quick, this.group.extra ?? 0)
    return hasKey && this.active < this.group.limit + extra
  }

  get isEmpty(): boolean {
    return this.active === 0 && this.keys.length === 0 && this.children.size === 0
  }

  get hasPlacesToSpare(): boolean {
    return this.active < (this.group.spareBelow ?? Infinity)
  }

  /** The child whose turn is next. */
  get next(): Lane<K> | undefined {
    const [first] = this.ready
    const [spare] = this.readyIfSpare
    return first ?? spare
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
      child.group = group
      lane.children.set(group.id, child)
      lane = child
    }
    lane.keys.push(key)
    this.#size += 1
    refresh(lane)
  }

  /** @returns The next key, or `undefined` when none waits or limits hold back all that wait. */
  next(): Started<K> | undefined {
    let lane: Lane<K> | undefined = this.#outermost()
    while (lane !== undefined && lane.keys.length === 0) lane = lane.next
    if (lane === undefined) return undefined
    return this.#start(lane)
  }

  /** @returns The root for a key of its own, or the outermost group whose turn it is. */
  #outermost(): Lane<K> | undefined {
    const root = this.#root
    if (root.keys.length > 0) return root
    const [first] = root.ready
    return first ?? [...root.readyIfSpare].find(({ hasPlacesToSpare }) => hasPlacesToSpare)
  }

  #start(lane: Lane<K>): Started<K> | undefined {
    const key = lane.keys.shift()
    if (key === undefined) return undefined
    this.#size -= 1
    for (const at of withParents(lane)) {
      at.active += 1
      // Its turn is over: refresh puts it behind its siblings.
      at.parent?.ready.delete(at)
      at.parent?.readyIfSpare.delete(at)
    }
    refresh(lane)
    let counting = withParents(lane)
    // An outermost group is for all, whatever one of its groups does.
    const timed = counting.filter(({ group }) => group.spareBelow === undefined)
    let isQuick = true
    const free = (lanes: readonly Lane<K>[]): void => {
      for (const at of lanes) at.active -= 1
      refresh(lane)
    }
    return {
      key,
      takesLong: (isSetAside) => {
        isQuick = false
        for (const at of timed) {
          at.slow += 1
          at.isSuspect = true
          at.quick = 0
        }
        const freed = counting.filter(({ group }) => isSetAside && group.isFreedEarly === true)
        counting = counting.filter((at) => !freed.includes(at))
        free(freed)
      },
      release: (groups = []) => {
        const isProven = groups.find((group) => group.isProven !== undefined)?.isProven ?? isQuick
        updateLimits(lane, groups)
        for (const at of timed) {
          if (!isQuick) at.slow -= 1
          at.isSuspect = !isProven || at.slow > 0
          if (isQuick && !at.isSuspect) at.quick = Math.min(at.quick + 1, at.group.extra ?? 0)
        }
        free(counting)
      },
    }
  }
}

/** Takes over the groups of `lane` and above it as they are stated now. */
function updateLimits<K>(lane: Lane<K>, groups: readonly Group[]): void {
  for (const at of withParents(lane)) {
    const group = groups[at.depth]
    if (group?.id === at.group.id) at.group = group
  }
}

/** Lists `lane` and each group above it that can give a key now, and drops those that are empty. */
function refresh<K>(lane: Lane<K>): void {
  for (const at of withParents(lane)) {
    const { parent, isReady } = at
    keep(parent?.ready, at, isReady)
    keep(parent?.readyIfSpare, at, !isReady && at.isReadyIfSpare)
    if (at.isEmpty) parent?.children.delete(at.group.id)
  }
}

function keep<T>(set: Set<T> | undefined, item: T, isIn: boolean): void {
  if (isIn) set?.add(item)
  else set?.delete(item)
}

/** From `lane` up to the root. */
function withParents<K>(lane: Lane<K>): readonly Lane<K>[] {
  const lanes: Lane<K>[] = []
  for (let at: Lane<K> | undefined = lane; at !== undefined; at = at.parent) lanes.push(at)
  return lanes
}
