/**
 * Equal events, counted: the first is an event of its own, the following are a series of it. Pure but
 * for its own memory.
 *
 * Events are equal as client-go (tools/events) compares them, by type, action, reason, reporter and
 * the objects they are about, and here by their note as well: an event can never be changed but for its
 * series, and a series that goes on under its first note would tell what is not true any more. A request id,
 * a time and an address in the note do not count: the series keeps those of the first.
 *
 * @module
 */
import { digestOf } from '../api/digest.ts'
import { stableText } from '../core/stable-text.ts'
import type { EventObject } from '../kube/ports.ts'
import { happenedAgain } from './event-object.ts'

/** One event, and what has become of it. */
export interface Occurrence {
  readonly key: string
  /** With the series as it is now. */
  event: EventObject
  /** Whether the API server has the event, as far as is known. */
  isCreated: boolean
  /** Whether it waits to be written; it is then written as it is at that time. */
  isWaiting: boolean
  lastMs: number
}

/** A series ends when the event has not happened for so long; after that it is a new event (client-go tools/events). */
const FINISH_MS = 360_000
/** Bounds the memory. Beyond it the ones that happened longest ago are forgotten. */
const MAX_OCCURRENCES = 2_048

/** What happened lately. */
export class EventSeries {
  /** By key, in the order of `lastMs`. */
  readonly #lately = new Map<string, Occurrence>()

  get size(): number {
    return this.#lately.size
  }

  /** @returns The occurrence that `event` belongs to, counted; `event` itself if it is the first. */
  count(event: EventObject, nowMs: number): Occurrence {
    this.#forget(nowMs)
    const key = keyOf(event)
    const known = this.#lately.get(key)
    const occurrence = known ?? { key, event, isCreated: false, isWaiting: false, lastMs: nowMs }
    if (known !== undefined) {
      known.event = happenedAgain(known.event, nowMs)
      known.lastMs = nowMs
      this.#lately.delete(key)
    }
    this.#lately.set(key, occurrence)
    return occurrence
  }

  #forget(nowMs: number): void {
    for (const [key, { lastMs }] of this.#lately) {
      if (nowMs - lastMs < FINISH_MS && this.#lately.size <= MAX_OCCURRENCES) return
      this.#lately.delete(key)
    }
  }
}

function keyOf(event: EventObject): string {
  const { type, action, reason, reportingController, reportingInstance, regarding, note } = event
  const { apiVersion, kind, namespace, name, uid } = regarding
  const about = [apiVersion, kind, namespace, name, uid]
  const reporter = [reportingController, reportingInstance]
  return digestOf(JSON.stringify([type, action, reason, ...reporter, about, stableText(note)]))
}
