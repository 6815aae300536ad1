/**
 * Keeps a store equal to a collection of the API server: list, watch, and relist when in doubt. It retries until
 * its signal aborts.
 *
 * @module
 */
import { err, type Result } from '@edge-issuer/shared'
import { oneLine } from '../api/one-line.ts'
import type { ApiError } from '../kube/api-error.ts'
import type { ListWatch, RawObject, WatchEvent } from '../kube/ports.ts'
import { isOlder } from '../kube/resource-version.ts'
import type { Log } from '../log.ts'
import { type Clock, sleep } from '../queue/clock.ts'
import { type BackoffPolicy, RateLimiter } from '../queue/rate-limiter.ts'
import type { Store } from './store.ts'

/** Options of a {@link Reflector}. */
export interface ReflectorOptions<T> {
  /** In log lines: `certificaterequests`. */
  readonly name: string
  readonly source: ListWatch
  /** This reflector alone writes to it. */
  readonly store: Store<T>
  /**
   * Cheap check that runs before validation: does this object belong to another controller? The API server may
   * send thousands of those.
   */
  readonly isForeign: (body: unknown) => boolean
  /** Validates an object and keeps the needed fields, since all objects stay in memory. */
  readonly slim: (body: unknown) => Result<T, string>
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** 0.8 s to 1.6 s after the first error, doubling up to about 30 s (client-go tools/cache/reflector.go). */
const BACKOFF: BackoffPolicy = { baseMs: 1_200, maxMs: 30_000, jitter: 1 / 3 }
/** A watch that ends sooner and without an event has failed, however politely (client-go, same place). */
const SHORT_WATCH_MS = 1_000
/** A watch that fails without an event is retried once from the same resourceVersion; then the reflector relists. */
const FRUITLESS_WATCHES = 2
/**
 * The versions of a watch increase. An older one would leave an outdated state in the store that no later event
 * corrects, so the reflector relists.
 */
const OUT_OF_ORDER: ApiError = { kind: 'gone', message: 'a watch event came out of order' }
/** Not an error; treated as one to relist. */
const ROOM_AGAIN: ApiError = { kind: 'gone', message: 'there is memory again for ignored objects' }
/** Objects that were ignored because memory is limited are listed again when there is room, at most this often. */
const RELIST_MS = 60_000
/** Above every wait in here and in the list-watch: a loop that has not turned for so long never will. */
const STALL_MS = 300_000

const MAX_ERROR_CHARACTERS = 512

/** Create it, subscribe to its store, then {@link run} it. */
export class Reflector<T> {
  /** As in log lines. */
  readonly name: string
  /** Settles once: true when the store first equals the collection, false when the run ended before. */
  readonly synced: Promise<boolean>
  readonly #options: ReflectorOptions<T>
  readonly #log: Log
  readonly #settleSynced: (synced: boolean) => void
  /** Counts consecutive errors, under the one key `name`. */
  readonly #backoff: RateLimiter<string>
  /** Where the next watch begins. Without it, list first. */
  #version: string | undefined
  /** Watches in a row that failed before their first event. */
  #fruitless = 0
  #hasSynced = false
  #omitted = 0
  #listedAtMs = 0
  #turnedAtMs: number

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    this.name = options.name
    this.#log = options.log.child({ collection: options.name })
    this.#backoff = new RateLimiter(BACKOFF, options.random)
    this.#turnedAtMs = options.clock.uptimeMs()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.synced = promise
    this.#settleSynced = resolve
  }

  /** Whether the store has once been equal to the collection. It stays true while the API server is unreachable. */
  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /**
   * Objects that are not in the store because memory is limited, as of the last listing; one that changed since
   * then counts again.
   */
  get omitted(): number {
    return this.#omitted
  }

  /** False if the loop hangs, which only a restart fixes. It stays true while the API server is unreachable. */
  get isAlive(): boolean {
    return this.#options.clock.uptimeMs() - this.#turnedAtMs < STALL_MS
  }

  /** Runs until `signal` aborts. It rejects only for a bug, such as a listener of the store that throws. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        this.#turn()
        const error = await (this.#version === undefined
          ? this.#list(signal)
          : this.#watch(this.#version, signal))
        if (error !== undefined) await this.#recover(error, signal)
      }
    } finally {
      this.#settleSynced(false)
    }
  }

  async #list(signal: AbortSignal): Promise<ApiError | undefined> {
    const { source, store } = this.#options
    const listed = new Set<string>()
    let version: string | undefined
    this.#omitted = 0
    for await (const part of source.list(signal)) {
      this.#turn()
      if (!part.ok) return part.error
      for (const object of part.value.objects) if (this.#put(object)) listed.add(object.key)
      version = part.value.resourceVersion
    }
    // Objects that were deleted without a watch are known only by their absence. (Ignored ones are absent, too.)
    for (const key of store.keys()) if (!listed.has(key)) store.delete(key)
    this.#listedAtMs = this.#options.clock.uptimeMs()
    this.#version = version
    this.#fruitless = 0
    if (!this.#hasSynced) this.#log.info({ objects: store.size }, 'synced')
    this.#hasSynced = true
    this.#settleSynced(true)
    return undefined
  }

  async #watch(version: string, signal: AbortSignal): Promise<ApiError | undefined> {
    const { source, clock } = this.#options
    const beganAtMs = clock.uptimeMs()
    let error: ApiError | undefined
    this.#fruitless += 1
    for await (const event of source.watch(version, signal)) {
      this.#turn()
      error = event.ok ? this.#apply(event.value) : event.error
      if (error !== undefined) break
    }
    const isShort = clock.uptimeMs() - beganAtMs < SHORT_WATCH_MS
    if (this.#fruitless === 0 || !isShort) this.#backoff.forget(this.#options.name)
    if (error !== undefined) return error
    if (this.#fruitless > 0 && isShort) {
      return { kind: 'unavailable', message: 'the watch was closed at once' }
    }
    this.#fruitless = 0
    return undefined
  }

  /** @returns Why the stream cannot be trusted any more, or nothing. */
  #apply(event: WatchEvent): ApiError | undefined {
    this.#fruitless = 0
    const version = event.kind === 'bookmark' ? event.resourceVersion : event.object.resourceVersion
    if (this.#version !== undefined && isOlder(version, this.#version)) return OUT_OF_ORDER
    if (event.kind === 'deleted') this.#options.store.delete(event.object.key)
    else if (event.kind === 'changed') this.#put(event.object)
    this.#version = version
    return this.#hasRoomAgain() ? ROOM_AGAIN : undefined
  }

  #hasRoomAgain(): boolean {
    const { clock, store } = this.#options
    return this.#omitted > 0 && store.hasRoom && clock.uptimeMs() - this.#listedAtMs >= RELIST_MS
  }

  /**
   * An object that has become invalid is removed: nothing is decided on its previous state.
   *
   * @returns Whether it is in the store now.
   */
  #put({ key, resourceVersion, body }: RawObject): boolean {
    const { store } = this.#options
    const slim = this.#slim(body)
    if (slim?.ok === true) {
      this.#omit(store.put(key, { resourceVersion, value: slim.value }))
      return store.get(key) !== undefined
    }
    if (slim?.ok === false) {
      // The error quotes the object, whose texts may be of any length.
      const error = oneLine(slim.error, MAX_ERROR_CHARACTERS)
      this.#log.warn({ key, error }, 'object ignored: it is invalid')
    }
    store.delete(key)
    return false
  }

  #omit(objects: number): void {
    if (objects === 0) return
    if (this.#omitted === 0) {
      this.#log.warn({ kept: this.#options.store.size }, 'objects ignored: there are too many')
    }
    this.#omitted += objects
  }

  /** An object of any content must not stop the others. @returns `undefined` for a foreign one. */
  #slim(body: unknown): Result<T, string> | undefined {
    try {
      return this.#options.isForeign(body) ? undefined : this.#options.slim(body)
    } catch (thrown) {
      return err(String(thrown))
    }
  }

  async #recover(error: ApiError, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { clock, name } = this.#options
    if (error.kind === 'gone' || this.#fruitless >= FRUITLESS_WATCHES) this.#version = undefined
    const delayMs = this.#backoff.next(name, error.retryAfterMs)
    const next = this.#version === undefined ? 'list' : 'watch'
    this.#log.warn(
      { error: error.message, status: error.status, next, delayMs },
      'watch interrupted',
    )
    await sleep(clock, delayMs, signal)
  }

  #turn(): void {
    this.#turnedAtMs = this.#options.clock.uptimeMs()
  }
}
