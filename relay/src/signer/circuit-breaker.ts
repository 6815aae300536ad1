/**
 * Circuit breakers for sign calls: a worker that did not respond several times in a row is not called
 * again until one call, the probe, shows that it responds. Kept in memory; a restart starts closed.
 *
 * @module
 */
import type { Issuer, IssuerKind } from '../api/issuer.ts'

/** Calls in a row without a response until the breaker opens. */
export const FAILURES_TO_OPEN = 5
/** How long it stays open the first time; each probe that fails doubles it. */
const FIRST_OPEN_MS = 5_000
const MAX_OPEN_MS = 60_000
/** Spreads the end of an open phase up by this share, so that the probes of many breakers do not coincide. */
const JITTER = 0.2
/** A probe that has not ended by then counts as lost, and the next call is the probe. The call itself may take 25 s. */
const PROBE_LIMIT_MS = 30_000
/** Beyond this the breaker that changed least recently is dropped, which closes it. */
const MAX_BREAKERS = 1_024

/** Beyond this the scope whose last response is the oldest is no longer known to respond. */
const MAX_RESPONSIVE = 8_192

/** Whether a call may be made now. */
export type Permit =
  | { readonly kind: 'call' }
  /** The one call that decides whether the breaker closes. */
  | { readonly kind: 'probe' }
  | ({ readonly kind: 'wait' } & OpenBreaker)

/** Why there is no call, and for how long. */
export interface OpenBreaker {
  readonly waitMs: number
  /** The failure that opened the breaker. It stays the same until the breaker closes. */
  readonly cause: string
}

/** What the calls so far say of a worker: `blocked` while its breaker is open, `responsive` after a response. */
export type WorkerState = 'responsive' | 'unknown' | 'blocked'

interface Breaker {
  readonly failures: number
  /** Absent while closed. */
  readonly open?: {
    /** No probe before this. */
    readonly untilMs: number
    readonly lengthMs: number
    readonly cause: string
  }
}

/** Options of {@link CircuitBreakers}. */
export interface CircuitBreakersOptions {
  /** Milliseconds that never go back. */
  readonly uptimeMs: () => number
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  /** Called when a breaker opens, with the failure that opened it, and when it closes; not for each probe. */
  readonly onChange?: (scope: string, change: BreakerChange) => void
}

/** What happened to a breaker. */
export type BreakerChange =
  | { readonly kind: 'opened'; readonly cause: string }
  | { readonly kind: 'closed' }

/** One breaker per scope, see {@link breakerScope}. */
export class CircuitBreakers {
  readonly #uptimeMs: () => number
  readonly #random: () => number
  readonly #onChange: NonNullable<CircuitBreakersOptions['onChange']>
  /** A scope that is absent is closed and had no failure since the last response. */
  readonly #breakers = new Map<string, Breaker>()
  /** Scopes whose last call got a response, the most recent one last. */
  readonly #responsive = new Set<string>()

  constructor({ uptimeMs, random, onChange = () => undefined }: CircuitBreakersOptions) {
    this.#uptimeMs = uptimeMs
    this.#random = random
    this.#onChange = onChange
  }

  /** Asks for permission to call. Report the end of a `call` or a `probe` to {@link ended}. */
  ask(scope: string): Permit {
    const open = this.state(scope)
    if (open === undefined) return { kind: 'call' }
    if (open.waitMs > 0) return { kind: 'wait', ...open }
    const breaker = this.#breakers.get(scope)
    if (breaker?.open !== undefined) {
      const untilMs = this.#uptimeMs() + PROBE_LIMIT_MS
      this.#set(scope, { ...breaker, open: { ...breaker.open, untilMs } })
    }
    return { kind: 'probe' }
  }

  /** @returns Nothing while the breaker is closed; a `waitMs` of 0 means that a probe is due. */
  state(scope: string): OpenBreaker | undefined {
    const open = this.#breakers.get(scope)?.open
    if (open === undefined) return undefined
    return { waitMs: Math.max(0, open.untilMs - this.#uptimeMs()), cause: open.cause }
  }

  /** @returns `unknown` also where there was no call yet, as after a restart. */
  workerState(scope: string): WorkerState {
    if (this.state(scope) !== undefined) return 'blocked'
    return this.#responsive.has(scope) ? 'responsive' : 'unknown'
  }

  /** Makes a probe due at once: the worker responds to other calls. Changes nothing while closed. */
  hurry(scope: string): void {
    const breaker = this.#breakers.get(scope)
    if (breaker?.open === undefined) return
    const untilMs = Math.min(breaker.open.untilMs, this.#uptimeMs())
    this.#set(scope, { ...breaker, open: { ...breaker.open, untilMs } })
  }

  /**
   * Records how a call ended. Any response closes the breaker. The failure of a call that began before
   * the breaker opened changes nothing: only the probe decides.
   *
   * @param failure - Why there was no response; `undefined` when the worker responded, in whatever way.
   * @returns Whether this closed a breaker that was open.
   */
  ended(scope: string, permit: 'call' | 'probe', failure: string | undefined): boolean {
    const { failures = 0, open } = this.#breakers.get(scope) ?? {}
    this.#responsive.delete(scope)
    if (failure === undefined) {
      this.#responsive.add(scope)
      const [oldest] = this.#responsive
      if (this.#responsive.size > MAX_RESPONSIVE && oldest !== undefined)
        this.#responsive.delete(oldest)
      this.#breakers.delete(scope)
      if (open !== undefined) this.#onChange(scope, { kind: 'closed' })
      return open !== undefined
    }
    if (open === undefined) {
      const isLast = failures + 1 >= FAILURES_TO_OPEN
      const opened = isLast ? { open: this.#opened(FIRST_OPEN_MS, failure) } : {}
      this.#set(scope, { failures: failures + 1, ...opened })
      if (isLast) this.#onChange(scope, { kind: 'opened', cause: failure })
    } else if (permit === 'probe') {
      const lengthMs = Math.min(open.lengthMs * 2, MAX_OPEN_MS)
      this.#set(scope, { failures, open: this.#opened(lengthMs, open.cause) })
    }
    return false
  }

  #opened(lengthMs: number, cause: string): NonNullable<Breaker['open']> {
    const untilMs = this.#uptimeMs() + lengthMs * (1 + JITTER * this.#random())
    return { untilMs, lengthMs, cause }
  }

  #set(scope: string, breaker: Breaker): void {
    this.#breakers.delete(scope)
    this.#breakers.set(scope, breaker)
    const [oldest] = this.#breakers.keys()
    if (this.#breakers.size <= MAX_BREAKERS || oldest === undefined) return
    const isOpen = this.state(oldest) !== undefined
    this.#breakers.delete(oldest)
    if (isOpen) this.#onChange(oldest, { kind: 'closed' })
  }
}

/**
 * @returns What shares a breaker: the worker's origin, for the Issuers of one namespace or for all
 *   ClusterIssuers. Across namespaces it is not shared, since an Issuer may name any path of an origin that
 *   others use, and one that never responds must not stop them.
 */
export function breakerScope({ kind, metadata: { namespace }, spec: { url } }: Issuer): string {
  const origin = originOf(url)
  return kind === 'Issuer' ? `${kind} ${namespace} ${origin}` : `${kind} ${origin}`
}

/** @returns The kind of the issuers that share a breaker. */
export const breakerKind = (scope: string): IssuerKind =>
  scope.startsWith('Issuer ') ? 'Issuer' : 'ClusterIssuer'

/** @returns The origin of a worker's URL; the text itself when it is malformed. */
export const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url)
