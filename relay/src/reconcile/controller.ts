/**
 * The engine of a controller: takes keys from a queue and reconciles them, never one key twice at the same
 * time. The outcome of a reconcile decides when its key is requeued, as in controller-runtime.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises'
import { stableText } from '../core/stable-text.ts'
import type { Log } from '../log.ts'
import { sleep, type Clock } from '../queue/clock.ts'
import { withDeadline } from '../queue/deadline.ts'
import { DelayedKeys } from '../queue/delayed.ts'
import type { Group } from '../queue/fair-lanes.ts'
import { type BackoffPolicy, RateLimiter } from '../queue/rate-limiter.ts'
import { WorkQueue } from '../queue/work-queue.ts'

/** The outcome of one reconcile. */
export type ReconcileOutcome =
  /** Nothing more to do until the object changes. */
  | { readonly kind: 'done' }
  /** Succeeded; reconcile again later. */
  | { readonly kind: 'requeue-after'; readonly afterMs: number }
  /** Failed: reconcile again with growing delay, at the earliest after `minimumMs`. */
  | { readonly kind: 'retry'; readonly message: string; readonly minimumMs?: number }

/** Reconciles objects of one kind. */
export interface Reconciler {
  /**
   * Brings one object to its desired state, from its key alone. It must end when `signal` aborts (its
   * deadline, or the end of the process). If it throws, the error is logged, and the key is retried.
   */
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileOutcome>
  /**
   * Writes to the object that its reconcile threw. It has a deadline of its own, since the reconcile may have
   * used up the other one. If it throws, the error is logged.
   */
  reportThrow(key: string, signal: AbortSignal): Promise<void>
}

/** A health check or an attempt to sign: a slow read of a Secret, and a call to the worker (25 s). */
export const ATTEMPT_DEADLINE_MS = 45_000
/** An attempt, and time for two calls to the API server (30 s each) that write its result. */
export const RECONCILE_DEADLINE_MS = ATTEMPT_DEADLINE_MS + 60_000

/** Counts what a controller does. It must be quick and must not throw. */
export interface ControllerObserver {
  /** A key was added that did not wait yet. */
  added(): void
  taken(waitedMs: number): void
  reconciled(outcome: ReconcileOutcome['kind'], tookMs: number): void
  /** A reconcile threw: a bug, or a value that no check found. */
  panicked(): void
}

/** A controller, and what it currently does. */
export interface ControllerView {
  readonly name: string
  readonly workers: number
  readonly stats: () => {
    /** Keys that wait, without delayed ones. */
    readonly depth: number
    /** Running reconciles. */
    readonly active: number
    /** The sum of their ages, and the highest age. */
    readonly unfinishedMs: number
    readonly longestMs: number
  }
}

/** Options of a {@link Controller}. */
export interface ControllerOptions {
  /** In log lines and metrics: `certificaterequests`. */
  readonly name: string
  readonly observe: (controller: ControllerView) => ControllerObserver
  readonly reconciler: Reconciler
  /** Reconciles at the same time, without those that were set aside because they take long. */
  readonly workers: number
  /** The groups of a key, the outermost first; a key that waits for one of them occupies no worker. */
  readonly groupsOf: (key: string) => readonly Group[]
  /** How long a key waits after a failure. */
  readonly backoff: BackoffPolicy
  /** Each reconcile's signal aborts after this. */
  readonly deadlineMs: number
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/**
 * A reconcile that takes longer waits for another system. It is set aside: another worker takes its place, so
 * that signing workers that do not respond cannot occupy all workers of the controller.
 */
const SLOW_MS = 1_000
/** At most this many times as many reconciles are set aside as there are workers: each holds a connection. */
const MAX_ASIDE_FACTOR = 8

/**
 * Reconciles after which a worker lets I/O and timers go on: thousands that wait for nothing, such as those of
 * requests behind an open circuit breaker, would otherwise run in one go and hold up all others.
 */
const RECONCILES_IN_A_ROW = 8

/** How long reconciles may take to end after their signal aborts. */
const ABORT_LIMIT_MS = 2_000
/** As long as one call to the API server may take. */
const REPORT_LIMIT_MS = 30_000

/** Feeds keys to a reconciler. Create it, let triggers {@link add} keys, {@link start} it once synced. */
export class Controller {
  readonly #options: ControllerOptions
  readonly #log: Log
  readonly #queue: WorkQueue<string>
  readonly #delayed: DelayedKeys<string>
  readonly #limiter: RateLimiter<string>
  readonly #observer: ControllerObserver
  /** The last error of each key whose last reconcile threw, to compare. */
  readonly #thrown = new Map<string, string>()
  /** When each waiting key came, on the clock's uptime. */
  readonly #addedAtMs = new Map<string, number>()
  /** When the reconcile of each key began that runs. */
  readonly #startedAtMs = new Map<string, number>()
  /** Aborts the reconciles that run. */
  readonly #abort = new AbortController()
  readonly #workers = new Set<Promise<void>>()
  /** Reconciles that were set aside and have not ended. */
  #aside = 0
  /** Reconciles since a worker last let I/O go on. */
  #inARow = 0
  #stopping = false

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#log = options.log.child({ controller: options.name })
    this.#queue = new WorkQueue(options.groupsOf)
    this.#delayed = new DelayedKeys(options.clock, (key) => this.add(key))
    this.#limiter = new RateLimiter(options.backoff, options.random)
    const { name, workers } = options
    this.#observer = options.observe({ name, workers, stats: () => this.#stats() })
  }

  /** Enqueues a key; every trigger calls this. Keys also wait here before {@link start}. */
  add(key: string): void {
    if (!this.#queue.add(key)) return
    this.#addedAtMs.set(key, this.#options.clock.uptimeMs())
    this.#observer.added()
  }

  /** Starts the workers. */
  start(): void {
    for (let started = 0; started < this.#options.workers; started += 1) this.#startWorker()
  }

  /**
   * Accepts no new keys and drops waiting ones (the next process finds them by listing). Running reconciles may
   * end within `graceMs`; after that their signal aborts.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    this.#delayed.stop()
    this.#queue.close()
    if (await this.#endsWithin(graceMs)) return
    this.#log.warn({ graceMs }, 'reconciles still run after the grace period; aborting them')
    this.#abort.abort(new Error('the relay is stopping'))
    if (!(await this.#endsWithin(ABORT_LIMIT_MS))) {
      this.#log.error({}, 'a reconcile ignores its abort signal')
    }
  }

  #startWorker(): void {
    const worker = this.#work().finally(() => this.#workers.delete(worker))
    this.#workers.add(worker)
  }

  async #endsWithin(limitMs: number): Promise<boolean> {
    const timer = new AbortController()
    const ended = Promise.all(this.#workers).then(() => true)
    const late = sleep(this.#options.clock, limitMs, timer.signal).then(() => false)
    const hasEnded = await Promise.race([ended, late])
    timer.abort()
    return hasEnded
  }

  /** Takes keys until the queue is closed, or until another worker took its place. */
  async #work(): Promise<void> {
    for (;;) {
      const key = await this.#queue.take()
      if (key === undefined || this.#stopping) return
      const run = this.#watchTime(key)
      this.#settle(key, await this.#observed(key))
      this.#queue.done(key)
      // Another worker has taken the place of this one.
      if (run.end() === 'set aside') return
      this.#inARow = (this.#inARow + 1) % RECONCILES_IN_A_ROW
      if (this.#inARow === 0) await setImmediate()
    }
  }

  /** Sets the reconcile of `key` aside when it takes long. */
  #watchTime(key: string): { readonly end: () => 'in time' | 'set aside' } {
    const { clock, workers } = this.#options
    let outcome: 'in time' | 'set aside' = 'in time'
    const cancel = clock.setTimer(() => {
      if (this.#stopping) return
      const isSetAside = this.#aside < workers * MAX_ASIDE_FACTOR
      if (isSetAside) {
        outcome = 'set aside'
        this.#aside += 1
        this.#startWorker()
      }
      this.#queue.takesLong(key, isSetAside)
    }, SLOW_MS)
    return {
      end: () => {
        cancel()
        if (outcome === 'set aside') this.#aside -= 1
        return outcome
      },
    }
  }

  async #observed(key: string): Promise<ReconcileOutcome> {
    const { clock } = this.#options
    const startedAtMs = clock.uptimeMs()
    this.#observer.taken(startedAtMs - (this.#addedAtMs.get(key) ?? startedAtMs))
    this.#addedAtMs.delete(key)
    this.#startedAtMs.set(key, startedAtMs)
    const outcome = await this.#attempt(key)
    this.#startedAtMs.delete(key)
    this.#observer.reconciled(outcome.kind, clock.uptimeMs() - startedAtMs)
    return outcome
  }

  #stats(): ReturnType<ControllerView['stats']> {
    const nowMs = this.#options.clock.uptimeMs()
    const agesMs = [...this.#startedAtMs.values()].map((startedAtMs) => nowMs - startedAtMs)
    return {
      depth: this.#queue.size,
      active: agesMs.length,
      unfinishedMs: agesMs.reduce((sum, ageMs) => sum + ageMs, 0),
      longestMs: Math.max(0, ...agesMs),
    }
  }

  async #attempt(key: string): Promise<ReconcileOutcome> {
    const { clock, deadlineMs: limitMs, reconciler } = this.#options
    try {
      const bounds = { clock, limitMs, signal: this.#abort.signal }
      const outcome = await withDeadline(bounds, async (signal) =>
        reconciler.reconcile(key, signal),
      )
      this.#thrown.delete(key)
      return outcome
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown)
      this.#logThrow(key, thrown, message)
      await this.#report(key)
      return { kind: 'retry', message }
    }
  }

  /** The same error with each retry is noise. */
  #logThrow(key: string, thrown: unknown, message: string): void {
    const isNews = this.#thrown.get(key) !== stableText(message)
    this.#thrown.set(key, stableText(message))
    if (isNews) {
      const stack = thrown instanceof Error ? thrown.stack : undefined
      this.#log.error({ key, error: message, stack }, 'reconcile failed unexpectedly')
    } else this.#log.debug({ key, error: message }, 'reconcile failed unexpectedly, as before')
  }

  async #report(key: string): Promise<void> {
    // An aborted reconcile has not failed.
    if (this.#abort.signal.aborted) return
    this.#observer.panicked()
    const { clock, reconciler } = this.#options
    const bounds = { clock, limitMs: REPORT_LIMIT_MS, signal: this.#abort.signal }
    try {
      await withDeadline(bounds, async (signal) => reconciler.reportThrow(key, signal))
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown)
      this.#log.error({ key, error: message }, 'the failed reconcile could not be reported')
    }
  }

  #settle(key: string, outcome: ReconcileOutcome): void {
    switch (outcome.kind) {
      case 'done':
        this.#limiter.forget(key)
        return
      case 'requeue-after':
        this.#limiter.forget(key)
        this.#delayed.addAfter(key, outcome.afterMs)
        return
      case 'retry': {
        const delayMs = this.#limiter.next(key, outcome.minimumMs)
        this.#delayed.addAfter(key, delayMs)
        // The object's status has the error; a line for each try would flood the log.
        this.#log.debug({ key, delayMs, cause: outcome.message }, 'reconcile will be retried')
      }
    }
  }
}
