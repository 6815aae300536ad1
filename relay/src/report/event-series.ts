/**
 * Counts equal events: the first is written as an event, the following ones as its series.
 *
 * Events are compared as in client-go (tools/events), by type, action, reason, reporter and the objects that they
 * are about, and here by their note as well: only the series of an event can change, and a series under an outdated
 * note would be wrong. A request id, a time and an address in the note are ignored: the series keeps those of the
 * first event.
 *
 * @module
 */
import { digestOf } from '../api/digest.ts'
import { stableText } from '../core/stable-text.ts'
import type { EventObject } from '../kube/ports.ts'
import { happenedAgain } from './event-object.ts'

/** An event, and its state. */
export interface Occurrence {
  readonly key: string
  /** With its current series. */
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
