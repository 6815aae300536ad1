/**
 * Waiting keys in a tree of groups, such as namespace and issuer. Each group takes its turn after its
 * siblings, and has a limit on how many of its keys are worked on at the same time. A group at its limit
 * holds back its own keys and nothing else.
 *
 * A group may exceed its limit by as many keys as ended quickly in a row, while none of its keys takes long
 * and the outermost group has places to spare: a burst of one issuer uses workers that would be idle, and a worker that does not
 * respond never gets more than the limit.
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
  /** Of an outermost group: groups in it exceed their limits while fewer keys than this are worked on. */
  readonly extraBelow?: number
  /** Whether a key that is set aside no longer counts; it always does when absent. */
  readonly isFreedEarly?: boolean
}

/** A key that may be worked on now. */
export interface Started<K> {
  readonly key: K
  /**
   * Frees its place early in the groups that say so, and ends the extra places of its groups: it takes
   * long. Call it at most once, before `release`.
   */
  readonly setAside: () => void
  /** Frees its place in each of its groups. Call it exactly once. */
  readonly release: () => void
}

class Lane<K> {
  readonly group: Group
  readonly parent: Lane<K> | undefined
  readonly children = new Map<string, Lane<K>>()
  /** Children that can give a key within all limits; the one whose turn is next comes first. */
  readonly ready = new Set<Lane<K>>()
  /** Other children that can give a key beyond a limit. */
  readonly readyBeyond = new Set<Lane<K>>()
  /** Keys that wait in this group itself, before those of its children. */
  readonly keys: K[] = []
  active = 0
  /** Keys that are set aside and have not ended. */
  aside = 0
  /** Keys that ended quickly since one took long, at most `extra`. */
  quick = 0

  constructor(group: Group, parent?: Lane<K>) {
    this.group = group
    this.parent = parent
  }

  get isReady(): boolean {
    return this.active < this.group.limit && (this.keys.length > 0 || this.ready.size > 0)
  }

  get isReadyBeyond(): boolean {
    const hasKey = this.keys.length > 0 || this.ready.size > 0 || this.readyBeyond.size > 0
    return hasKey && this.aside === 0 && this.active < this.group.limit + this.quick
  }

  get isEmpty(): boolean {
    return this.active === 0 && this.keys.length === 0 && this.children.size === 0
  }

  get hasPlacesToSpare(): boolean {
    return this.active < (this.group.extraBelow ?? 0)
  }

  /** The child whose turn is next. */
  get next(): Lane<K> | undefined {
    const [within] = this.ready
    const [beyond] = this.readyBeyond
    return within ?? beyond
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
    let lane: Lane<K> | undefined = this.#outermost()
    while (lane !== undefined && lane.keys.length === 0) lane = lane.next
    if (lane === undefined) return undefined
    return this.#start(lane)
  }

  /** @returns The root for a key of its own, or the outermost group whose turn it is. */
  #outermost(): Lane<K> | undefined {
    const root = this.#root
    if (root.keys.length > 0) return root
    const [within] = root.ready
    return within ?? [...root.readyBeyond].find(({ hasPlacesToSpare }) => hasPlacesToSpare)
  }

  #start(lane: Lane<K>): Started<K> | undefined {
    const key = lane.keys.shift()
    if (key === undefined) return undefined
    this.#size -= 1
    for (const at of withParents(lane)) {
      at.active += 1
      // Its turn is over: refresh puts it behind its siblings.
      at.parent?.ready.delete(at)
      at.parent?.readyBeyond.delete(at)
    }
    refresh(lane)
    let counting = withParents(lane)
    let isQuick = true
    const free = (lanes: readonly Lane<K>[]): void => {
      for (const at of lanes) at.active -= 1
      refresh(lane)
    }
    return {
      key,
      setAside: () => {
        isQuick = false
        for (const at of withParents(lane)) {
          at.aside += 1
          at.quick = 0
        }
        free(counting.filter(({ group }) => group.isFreedEarly === true))
        counting = counting.filter(({ group }) => group.isFreedEarly !== true)
      },
      release: () => {
        for (const at of withParents(lane)) {
          if (isQuick) at.quick = Math.min(at.quick + 1, at.group.extra ?? 0)
          else at.aside -= 1
        }
        free(counting)
      },
    }
  }
}

/** Lists `lane` and each group above it that can give a key now, and drops those that are empty. */
function refresh<K>(lane: Lane<K>): void {
  for (const at of withParents(lane)) {
    const { parent, isReady } = at
    keep(parent?.ready, at, isReady)
    keep(parent?.readyBeyond, at, !isReady && at.isReadyBeyond)
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
