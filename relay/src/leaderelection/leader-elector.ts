/**
 * Leader election by a Lease, for one candidate: wait, acquire, renew, release.
 *
 * At most one replica is active. A leader that cannot renew stops 10 s after the start of its last successful
 * renewal; no other replica may take the lease until 15 s after that renewal. The difference is the time to stop.
 * This holds as long as clocks run at about the same speed. A process that was suspended checks its leadership
 * before each write (see fence.ts). A write that was sent before and arrives later does no harm: status writes
 * carry the version that they were decided on, and the worker signs a request once.
 *
 * @module
 */
import type { ApiError } from '../kube/api-error.ts'
import type { ObjectRef } from '../kube/object-ref.ts'
import type { Lease, LeaseStore } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import { type Clock, sleep } from '../queue/clock.ts'
import { orAborted, withDeadline } from '../queue/deadline.ts'
import { claimedBy, freeInMs, released, observe, type ObservedLease } from './lease-spec.ts'

/** Options of a {@link LeaderElector}. */
export interface LeaderElectorOptions {
  readonly leases: LeaseStore
  /** The Lease. */
  readonly ref: ObjectRef
  /** Unique for this process: a new one with the same name must not believe that it leads already. */
  readonly identity: string
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** `lost`: taken by another replica, or not renewed in time. `stopped`: released after the signal. */
export type LeaderElectorEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'lost'; readonly why: string }

/** Without a successful renewal for this long, the leader stops leading (client-go's default). */
const RENEW_DEADLINE_MS = 10_000
/** Interval between tries (client-go's default). */
const RETRY_MS = 2_000
/** A candidate waits up to this share longer, so that candidates do not try together (client-go's JitterFactor). */
const RETRY_JITTER = 1.2
/** One try; two fit into the deadline (controller-runtime gives its client half of it). */
const TRY_LIMIT_MS = 5_000

type Try =
  | { readonly kind: 'held' }
  | { readonly kind: 'taken'; readonly by: string }
  | { readonly kind: 'failed'; readonly message: string }

/** Create it, {@link run} it once. */
export class LeaderElector {
  /** Settles once: true when this process leads, false when it ended before. */
  readonly acquired: Promise<boolean>
  readonly #options: LeaderElectorOptions
  readonly #log: Log
  readonly #settleAcquired: (acquired: boolean) => void
  #seen: ObservedLease | undefined
  /** The holder that was last logged. */
  #holder = ''
  /** Start of the last good renewal; `undefined` while this process does not lead. */
  #renewedAtMs: number | undefined
  /** Ends the wait between two tries of a candidate. */
  #retryWait = new AbortController()

  constructor(options: LeaderElectorOptions) {
    this.#options = options
    this.#log = options.log.child({ lease: options.ref.name })
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.acquired = promise
    this.#settleAcquired = resolve
  }

  /** Whether this process is the leader now. Also false after the process was suspended for too long. */
  get isLeading(): boolean {
    return this.#leftMs() > 0
  }

  /**
   * Takes the Lease as a watch reported it: a candidate measures from this moment, and tries at once when the
   * lease is free. A leader ignores it, since it knows its own writes.
   */
  observe(lease: Lease | undefined): void {
    if (this.#renewedAtMs !== undefined) return
    this.#observe(lease)
    if (this.#freeInMs() === 0) this.#retryWait.abort()
  }

  /** Runs until `signal` aborts, which releases the lease, or until the lease is lost. It never rejects. */
  async run(signal: AbortSignal): Promise<LeaderElectorEnd> {
    const heldSinceMs = await this.#acquire(signal)
    this.#renewedAtMs = heldSinceMs
    this.#settleAcquired(heldSinceMs !== undefined)
    if (heldSinceMs === undefined) return { kind: 'stopped' }
    this.#log.info({ identity: this.#options.identity }, 'leading')
    const why = await this.#keep(signal)
    this.#renewedAtMs = undefined
    if (why !== undefined) return { kind: 'lost', why }
    await this.#release()
    return { kind: 'stopped' }
  }

  /** @returns The start of the try that took the lease; nothing when the signal came first. */
  async #acquire(signal: AbortSignal): Promise<number | undefined> {
    const { clock, random } = this.#options
    while (!signal.aborted) {
      const startedAtMs = clock.uptimeMs()
      // The signal does not interrupt it: a write that succeeded unseen would keep other replicas waiting.
      const tried = await this.#try(TRY_LIMIT_MS)
      if (tried.kind === 'held') return startedAtMs
      this.#report(tried)
      const retryMs = RETRY_MS * (1 + RETRY_JITTER * random())
      const freeMs = this.#freeInMs()
      this.#retryWait = new AbortController()
      const delayMs = freeMs > 0 ? Math.min(retryMs, freeMs) : retryMs
      await sleep(clock, delayMs, AbortSignal.any([signal, this.#retryWait.signal]))
    }
    return undefined
  }

  /** @returns Why the lease was lost; nothing when the signal aborted. */
  async #keep(signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.#options
    let cause = 'no attempt was made'
    for (;;) {
      await sleep(clock, Math.min(RETRY_MS, this.#leftMs()), signal)
      const leftMs = this.#leftMs()
      if (leftMs === 0) return `not renewed for ${String(RENEW_DEADLINE_MS)} ms: ${cause}`
      if (signal.aborted) return undefined
      const startedAtMs = clock.uptimeMs()
      const tried = await this.#try(Math.min(TRY_LIMIT_MS, leftMs))
      if (tried.kind === 'taken') return `taken by ${tried.by}`
      if (tried.kind === 'held') this.#renewedAtMs = startedAtMs
      else {
        cause = tried.message
        this.#log.warn({ error: cause }, 'lease not renewed')
      }
    }
  }

  /**
   * One try to take or to renew, within `limitMs`, even if a call ignores its signal: a leader that waited
   * longer would lead at the same time as the next one. A write that succeeds later is only recorded.
   */
  async #try(limitMs: number): Promise<Try> {
    const { clock } = this.#options
    const { signal } = new AbortController()
    return withDeadline({ clock, limitMs, signal }, async (limited) => {
      const work = async (): Promise<Try> => (await this.#renew(limited)) ?? this.#take(limited)
      try {
        return await orAborted(work(), limited)
      } catch (thrown) {
        return {
          kind: 'failed',
          message: thrown instanceof Error ? thrown.message : String(thrown),
        }
      }
    })
  }

  /** A leader knows the version of its last write, so one call does. @returns Nothing when it is another by now. */
  async #renew(signal: AbortSignal): Promise<Try | undefined> {
    const lease = this.#seen?.lease
    if (this.#renewedAtMs === undefined || lease === undefined) return undefined
    const renewed = await this.#claim(lease, signal)
    if (renewed.ok) return HELD
    const { kind } = renewed.error
    return kind === 'conflict' || kind === 'not-found' ? undefined : failed(renewed.error)
  }

  /** Looks, and takes the lease if it is free, or this process's own. */
  async #take(signal: AbortSignal): Promise<Try> {
    const { leases, ref } = this.#options
    const found = await leases.getLease(ref, signal)
    if (!found.ok && found.error.kind !== 'not-found') return failed(found.error)
    const lease = found.ok ? found.value : undefined
    this.#observe(lease)
    if (lease !== undefined && this.#freeInMs() > 0) {
      return { kind: 'taken', by: lease.spec.holderIdentity }
    }
    const claimed = await this.#claim(lease, signal)
    return claimed.ok ? HELD : failed(claimed.error)
  }

  async #claim(lease: Lease | undefined, signal: AbortSignal): ReturnType<LeaseStore['getLease']> {
    const { leases, ref, identity, clock } = this.#options
    const spec = claimedBy(identity, lease?.spec, clock.now())
    const written = await (lease === undefined
      ? leases.createLease(ref, spec, signal)
      : leases.updateLease(ref, { ...lease, spec }, signal))
    if (written.ok) this.#observe(written.value)
    return written
  }

  /** Other replicas need not wait. If it fails, they wait until the lease expires. */
  async #release(): Promise<void> {
    const { leases, ref, clock } = this.#options
    const lease = this.#seen?.lease
    if (lease === undefined) return
    const { signal } = new AbortController()
    const written = await withDeadline({ clock, limitMs: TRY_LIMIT_MS, signal }, async (limited) =>
      leases.updateLease(ref, { ...lease, spec: released(lease.spec, clock.now()) }, limited),
    )
    if (written.ok) this.#log.info({}, 'lease released')
    else this.#log.warn({ error: written.error.message }, 'lease not released')
  }

  #observe(lease: Lease | undefined): void {
    this.#seen = observe(this.#seen, lease, this.#options.clock.uptimeMs())
  }

  #freeInMs(): number {
    const { identity, clock } = this.#options
    return this.#seen === undefined ? 0 : freeInMs(this.#seen, identity, clock.uptimeMs())
  }

  /** How long this process may still lead; 0 when it does not. */
  #leftMs(): number {
    const sinceMs = this.#renewedAtMs ?? -Infinity
    return Math.max(0, sinceMs + RENEW_DEADLINE_MS - this.#options.clock.uptimeMs())
  }

  #report(tried: Exclude<Try, { readonly kind: 'held' }>): void {
    if (tried.kind === 'failed') {
      this.#log.warn({ error: tried.message }, 'lease not taken')
    } else if (tried.by !== this.#holder) {
      this.#holder = tried.by
      this.#log.info({ holder: tried.by }, 'another replica leads')
    }
  }
}

const HELD: Try = { kind: 'held' }
const failed = ({ message }: ApiError): Try => ({ kind: 'failed', message })
