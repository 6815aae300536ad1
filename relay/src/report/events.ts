/**
 * Writes events (events.k8s.io/v1) in the background: they wait in a bounded queue, and one that cannot be written
 * is dropped, counted and logged.
 *
 * A repeated event becomes a series. client-go writes the second one at once and further ones after minutes;
 * here each is written as soon as possible, together with those that were recorded meanwhile, so that a failing
 * object shows recent events. Their number is limited by the backoff of reconciles.
 *
 * @module
 */
import { REPORTING_CONTROLLER } from '../api/group.ts'
import type { ApiError } from '../kube/api-error.ts'
import type { EventWriter } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import { type Clock, sleep } from '../queue/clock.ts'
import { type BackoffPolicy, RateLimiter } from '../queue/rate-limiter.ts'
import { type EventDraft, eventObject } from './event-object.ts'
import { EventSeries, type Occurrence } from './event-series.ts'
import { WaitingEvents } from './waiting-events.ts'

export type { EventDraft } from './event-object.ts'

/** Records events without blocking the caller. */
export interface EventRecorder {
  /** Returns at once and never throws; the event is written later, or dropped. */
  record(event: EventDraft): void
  /** Number of events that were dropped, or written only in part. */
  readonly dropped: number
  /** Writes what waits, each event with one try, for at most `limitMs`; later events are dropped. */
  stop(limitMs: number): Promise<void>
}

/** Options of {@link createEventRecorder}. */
export interface EventRecorderOptions {
  readonly writer: EventWriter
  /** Identifies the replica: the pod's name. */
  readonly hostName: string
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** Tries for one event (client-go tools/events). All of them take about three minutes. */
export const MAX_TRIES = 12
const BACKOFF: BackoffPolicy = { baseMs: 500, maxMs: 30_000, jitter: 0.5 }

/** Makes a recorder; it writes one event at a time. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new QueueingRecorder(options)
}

class QueueingRecorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #series = new EventSeries()
  /** Each at most once. */
  readonly #waiting = new WaitingEvents()
  readonly #backoff: RateLimiter<string>
  /** Aborted at the start of a stop: ends the waits between tries. */
  readonly #hurry = new AbortController()
  /** Aborted at the end of a stop: ends the try under way. */
  readonly #abort = new AbortController()
  /** The one loop that writes; there while events wait. */
  #writing: Promise<void> | undefined
  /** Events for which there was no room, since all were last written. */
  #overflow = 0
  #dropped = 0

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#backoff = new RateLimiter(BACKOFF, options.random)
  }

  get dropped(): number {
    return this.#dropped
  }

  record(draft: EventDraft): void {
    if (this.#hurry.signal.aborted) return
    const { hostName: reportingInstance, clock } = this.#options
    const nowMs = clock.now()
    const origin = { reportingController: REPORTING_CONTROLLER, reportingInstance, nowMs }
    const occurrence = this.#series.count(eventObject(draft, origin), nowMs)
    if (occurrence.isWaiting) return
    occurrence.isWaiting = true
    const dropped = this.#waiting.add(occurrence)
    if (dropped !== undefined) this.#overflowed(dropped)
    this.#writing ??= this.#writeAll()
  }

  #overflowed(dropped: Occurrence): void {
    dropped.isWaiting = false
    this.#dropped += 1
    this.#overflow += 1
    const { reason, regarding } = dropped.event
    const facts = { reason, namespace: regarding.namespace, waiting: this.#waiting.size }
    if (this.#overflow === 1) this.#options.log.warn(facts, 'events dropped: too many are pending')
  }

  async stop(limitMs: number): Promise<void> {
    this.#hurry.abort()
    const timer = new AbortController()
    const late = sleep(this.#options.clock, limitMs, timer.signal)
    await Promise.race([this.#writing, late])
    timer.abort()
    const unwritten = this.#waiting.clear()
    this.#dropped += unwritten
    if (unwritten > 0) this.#options.log.warn({ events: unwritten }, 'events dropped at the end')
    this.#abort.abort(new Error('the relay is stopping'))
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.isWaiting = false
      const error = await this.#write(next)
      this.#backoff.forget(next.key)
      if (error !== undefined) this.#drop(next, error)
    }
    if (this.#overflow > 0) {
      this.#options.log.info({ dropped: this.#overflow }, 'all pending events were written')
    }
    this.#overflow = 0
    this.#writing = undefined
  }

  /** @returns Why the event was not written, or nothing. */
  async #write(occurrence: Occurrence): Promise<ApiError | undefined> {
    for (let tries = 1; ; tries += 1) {
      const error = await this.#try(occurrence)
      if (error === undefined) return undefined
      const isTransient = error.kind === 'unavailable' || error.kind === 'throttled'
      if (!isTransient || tries >= MAX_TRIES || this.#hurry.signal.aborted) return error
      const delayMs = this.#backoff.next(occurrence.key, error.retryAfterMs)
      await sleep(this.#options.clock, delayMs, this.#hurry.signal)
    }
  }

  async #try(occurrence: Occurrence): Promise<ApiError | undefined> {
    if (occurrence.isCreated) {
      const error = await this.#update(occurrence)
      // The API server may have forgotten it; the series goes on.
      if (error?.kind !== 'not-found') return error
    }
    return this.#create(occurrence)
  }

  async #create(occurrence: Occurrence): Promise<ApiError | undefined> {
    const created = await this.#options.writer.createEvent(occurrence.event, this.#abort.signal)
    if (!created.ok && created.error.kind !== 'conflict') return created.error
    occurrence.isCreated = true
    // The name is ours alone: a try whose answer was lost did take hold, perhaps with a lower count.
    return created.ok ? undefined : this.#update(occurrence)
  }

  async #update({ event }: Occurrence): Promise<ApiError | undefined> {
    if (event.series === undefined) return undefined
    const { metadata, series } = event
    const { writer } = this.#options
    const updated = await writer.updateEventSeries(metadata, series, this.#abort.signal)
    return updated.ok ? undefined : updated.error
  }

  #drop({ event: { reason, regarding } }: Occurrence, error: ApiError): void {
    const { kind, namespace, name } = regarding
    const facts = { reason, kind, namespace, name, error: error.message }
    if (error.isNamespaceTerminating === true) {
      this.#options.log.debug(facts, 'event dropped: the namespace is being deleted')
      return
    }
    this.#dropped += 1
    this.#options.log.warn(facts, 'event dropped: it could not be written')
  }
}
