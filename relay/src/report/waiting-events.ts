/**
 * Events that wait to be written, in the order of their arrival and bounded so that a burst, or one namespace,
 * cannot make the Events of others get lost.
 *
 * @module
 */
import type { Occurrence } from './event-series.ts'

/** Events of one reason in one namespace that may wait; client-go lets as many wait in all (tools/events). */
export const MAX_WAITING_OF_GROUP = 1_000
/** All that may wait; bounds the memory, at about 1.5 KB each. */
export const MAX_WAITING = 4_000

/** A queue with two bounds. */
export class WaitingEvents {
  #queue: Occurrence[] = []
  /** How many wait of each reason and namespace. */
  readonly #groups = new Map<string, number>()

  get size(): number {
    return this.#queue.length
  }

  /** @returns The event that there is no room for, if any: this one, or the last of the largest group. */
  add(event: Occurrence): Occurrence | undefined {
    const group = groupOf(event)
    const count = this.#groups.get(group) ?? 0
    if (count >= MAX_WAITING_OF_GROUP) return event
    const dropped = this.#queue.length < MAX_WAITING ? undefined : this.#dropForOne(count)
    if (this.#queue.length >= MAX_WAITING) return event
    this.#queue.push(event)
    this.#groups.set(group, count + 1)
    return dropped
  }

  /** @returns The event that has waited longest. */
  shift(): Occurrence | undefined {
    const event = this.#queue.shift()
    if (event !== undefined) this.#leave(event)
    return event
  }

  /** @returns How many there were. */
  clear(): number {
    const { length } = this.#queue
    this.#queue = []
    this.#groups.clear()
    return length
  }

  /** Drops the last event of the largest group if that has more than one event above `count`. */
  #dropForOne(count: number): Occurrence | undefined {
    const [largest, most] = [...this.#groups].reduce((one, other) =>
      other[1] > one[1] ? other : one,
    )
    if (most <= count + 1) return undefined
    const at = this.#queue.findLastIndex((event) => groupOf(event) === largest)
    const [dropped] = this.#queue.splice(at, 1)
    if (dropped !== undefined) this.#leave(dropped)
    return dropped
  }

  #leave(event: Occurrence): void {
    const group = groupOf(event)
    const left = (this.#groups.get(group) ?? 1) - 1
    if (left === 0) this.#groups.delete(group)
    else this.#groups.set(group, left)
  }
}

const groupOf = ({ event: { reason, regarding } }: Occurrence): string =>
  `${reason} ${regarding.namespace ?? ''}`
