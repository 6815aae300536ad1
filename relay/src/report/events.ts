/**
 * Writes events (events.k8s.io/v1) beside the work, never in its way: they wait in a bounded queue, and
 * one that cannot be written is dropped. What is dropped is said in the log.
 *
 * @module
 */
import { GROUP } from '../api/group.ts'
import type { ApiError } from '../kube/api-error.ts'
import type { EventWriter, EventObject } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import { type Clock, sleep } from '../queue/clock.ts'
import { type BackoffPolicy, RateLimiter } from '../queue/rate-limiter.ts'
import { type EventDraft, eventObject } from './event-object.ts'

export type { EventDraft } from './event-object.ts'

/** Takes events. The one thing that it promises is not to be in the way. */
export interface EventRecorder {
  /** Returns at once and never throws; the event is written later, or dropped. */
  record(event: EventDraft): void
  /** Writes what waits, each event with one try, for at most `limitMs`; later events are dropped. */
  stop(limitMs: number): Promise<void>
}

/** What a recorder is made of. */
export interface EventRecorderOptions {
  readonly writer: EventWriter
  /** Tells one replica from another: the pod's name. */
  readonly hostName: string
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** `reportingController` of every event. */
const REPORTING_CONTROLLER = `${GROUP}/relay`

/** Events that may wait (client-go tools/events). */
export const MAX_WAITING_EVENTS = 1_000
/** Tries for one event (client-go tools/events). All of them take about three minutes. */
export const MAX_TRIES = 12
const BACKOFF: BackoffPolicy = { baseMs: 500, maxMs: 30_000, jitter: 0.5 }

/** Makes a recorder; it writes one event at a time. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new QueueingRecorder(options)
}

class QueueingRecorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #waiting: EventObject[] = []
  readonly #backoff: RateLimiter<string>
  /** Aborted at the start of a stop: ends the waits between tries. */
  readonly #hurry = new AbortController()
  /** Aborted at the end of a stop: ends the try under way. */
  readonly #abort = new AbortController()
  /** The one loop that writes; there while events wait. */
  #writing: Promise<void> | undefined
  /** Events for which there was no room, since this was last logged. */
  #overflow = 0

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#backoff = new RateLimiter(BACKOFF, options.random)
  }

  record(event: EventDraft): void {
    if (this.#hurry.signal.aborted) return
    if (this.#waiting.length >= MAX_WAITING_EVENTS) {
      this.#overflow += 1
      return
    }
    const { hostName, clock } = this.#options
    this.#waiting.push(
      eventObject(event, {
        reportingController: REPORTING_CONTROLLER,
        reportingInstance: hostName,
        nowMs: clock.now(),
      }),
    )
    this.#writing ??= this.#writeAll()
  }

  async stop(limitMs: number): Promise<void> {
    this.#hurry.abort()
    const timer = new AbortController()
    const late = sleep(this.#options.clock, limitMs, timer.signal)
    await Promise.race([this.#writing, late])
    timer.abort()
    const unwritten = this.#waiting.splice(0).length
    if (unwritten > 0) this.#options.log.warn({ events: unwritten }, 'events dropped at the end')
    this.#abort.abort(new Error('the relay is stopping'))
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      const error = await this.#write(event)
      this.#backoff.forget(event.metadata.name)
      if (error !== undefined) this.#logDropped(event, error)
      if (this.#overflow > 0) {
        this.#options.log.warn({ events: this.#overflow }, 'events dropped: too many wait')
        this.#overflow = 0
      }
    }
    this.#writing = undefined
  }

  /** @returns Why the event was not written, or nothing. */
  async #write(event: EventObject): Promise<ApiError | undefined> {
    const { writer, clock } = this.#options
    for (let tries = 1; ; tries += 1) {
      const written = await writer.createEvent(event, this.#abort.signal)
      if (written.ok) return undefined
      const { error } = written
      // The name is ours alone: a try whose answer was lost did take hold.
      if (error.kind === 'conflict') return undefined
      const isTransient = error.kind === 'unavailable' || error.kind === 'throttled'
      if (!isTransient || tries >= MAX_TRIES || this.#hurry.signal.aborted) return error
      const delayMs = this.#backoff.next(event.metadata.name, error.retryAfterMs)
      await sleep(clock, delayMs, this.#hurry.signal)
    }
  }

  #logDropped(
    { reason, regarding: { kind, namespace, name } }: EventObject,
    error: ApiError,
  ): void {
    this.#options.log.warn(
      { reason, kind, namespace, name, error: error.message },
      'event dropped: it could not be written',
    )
  }
}
