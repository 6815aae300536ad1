/** One Lease in memory, with the API server's rules: a write on another version than the current one is a conflict. */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { Lease, LeaseSpec, LeaseStore } from '../../../relay/src/kube/ports.ts'
import { sleep } from '../../../relay/src/queue/clock.ts'
import type { FakeClock } from '../queue/fake-clock.ts'

/**
 * What becomes of a call: it is lost on the way there, it arrives long after the caller gave up, or its
 * answer is lost or takes its time; or it never ends, not even with its signal. Without any, all is well.
 */
export type Fault = 'request lost' | 'request late' | 'answer lost' | 'answer slow' | 'unheeded'

const LATE_MS = 7_000
const SLOW_MS = 3_000

/** The Lease, as the API server has it. */
export class LeaseState {
  lease: Lease | undefined
  #version = 0

  write(spec: LeaseSpec): Lease {
    this.#version += 1
    this.lease = { resourceVersion: String(this.#version), spec }
    return this.lease
  }
}

/** One client's way to it. */
export class MemoryLeases implements LeaseStore {
  readonly #state: LeaseState
  readonly #clock: FakeClock
  /** One for each call so far: `get`, `create`, `update`. */
  readonly calls: string[] = []
  /** Asked at each call. A call that is lost ends with its signal, as over a dead connection. */
  fault: (call: string) => Fault | undefined = () => undefined

  constructor(clock: FakeClock, state = new LeaseState()) {
    this.#clock = clock
    this.#state = state
  }

  get lease(): Lease | undefined {
    return this.#state.lease
  }

  get spec(): LeaseSpec | undefined {
    return this.#state.lease?.spec
  }

  /** What somebody else writes. */
  set spec(spec: LeaseSpec | undefined) {
    if (spec === undefined) this.#state.lease = undefined
    else this.#state.write(spec)
  }

  async getLease(_ref: object, signal: AbortSignal): Promise<Result<Lease, ApiError>> {
    return this.#call('get', signal, () => this.lease ?? 'not-found')
  }

  async createLease(
    _ref: object,
    spec: LeaseSpec,
    signal: AbortSignal,
  ): Promise<Result<Lease, ApiError>> {
    return this.#call('create', signal, () => {
      if (this.lease !== undefined) return 'conflict'
      return this.#state.write(spec)
    })
  }

  async updateLease(
    _ref: object,
    { resourceVersion, spec }: Lease,
    signal: AbortSignal,
  ): Promise<Result<Lease, ApiError>> {
    return this.#call('update', signal, () => {
      if (this.lease === undefined) return 'not-found'
      if (this.lease.resourceVersion !== resourceVersion) return 'conflict'
      return this.#state.write(spec)
    })
  }

  async #call(
    name: string,
    signal: AbortSignal,
    act: () => Lease | 'conflict' | 'not-found',
  ): Promise<Result<Lease, ApiError>> {
    this.calls.push(name)
    const fault = this.fault(name)
    if (fault === 'unheeded') return Promise.withResolvers<never>().promise
    if (fault === 'request late') this.#clock.setTimer(act, LATE_MS)
    if (fault === 'request lost' || fault === 'request late') return this.#silence(signal)
    const done = act()
    if (fault === 'answer lost') return this.#silence(signal)
    if (fault === 'answer slow') await sleep(this.#clock, SLOW_MS, signal)
    return typeof done === 'string' ? err({ kind: done, message: done }) : ok(done)
  }

  async #silence(signal: AbortSignal): Promise<Result<Lease, ApiError>> {
    await sleep(this.#clock, Infinity, signal)
    return err({ kind: 'unavailable', message: 'no answer' })
  }
}
