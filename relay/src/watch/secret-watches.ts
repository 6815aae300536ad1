/**
 * The Secrets that issuers name, each with a watch of its own: a change enqueues its issuers at once, and need not
 * be read again for every signature. Where a watch is refused, or there are too many, Secrets are read
 * each time instead, and a change is found by the next check.
 *
 * @module
 */
import { ok, type Result } from '@edge-issuer/shared'
import { fieldSelectorOf, SECRET } from '../api/group.ts'
import type { ApiError } from '../kube/api-error.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { Kube, Secret } from '../kube/ports.ts'
import { parseSecret } from '../kube/secret.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import { watchObject } from './object-watch.ts'

/** Which Secret; it is always namespaced. */
export interface SecretRef {
  readonly namespace: string
  readonly name: string
}

/** Who refers to a Secret. */
export interface SecretUser {
  /** Unique among all. */
  readonly id: string
  /** Called when the Secret is no longer what this user last read. */
  readonly enqueue: () => void
}

/** One reading. */
export interface SecretRead {
  /** The id of a {@link SecretUser}. */
  readonly user: string
  readonly ref: SecretRef
  /** `live`: as the API server has it. `watched`: as the watch last reported it, if it runs. */
  readonly freshness: 'live' | 'watched'
}

/** Options of {@link SecretWatches}. */
export interface SecretWatchesOptions {
  readonly kube: Pick<Kube, 'listWatch' | 'readSecret'>
  /** The only entry that is kept in memory. */
  readonly entry: string
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

interface Reader {
  readonly enqueue: () => void
  /** Of the last live read; {@link ABSENT} when there was none, `undefined` before the first. */
  readVersion: string | undefined
}

interface Watched {
  readonly ref: SecretRef
  /** By id. */
  readonly users: Map<string, Reader>
  /** Ends the watch; there while it runs. */
  stop: AbortController | undefined
  /** As the watch last reported it; `undefined` if the Secret does not exist or is not known yet. */
  secret: Secret | undefined
  /** Its version; {@link ABSENT} if the Secret does not exist, `undefined` if it is not known yet. */
  version: string | undefined
}

/**
 * Each watch is a connection. Beyond these limits a Secret is read each time that it is used, and a change of
 * it is found by the next check of its issuer.
 */
export const MAX_SECRET_WATCHES = 256
/** In one namespace. */
export const MAX_SECRET_WATCHES_PER_NAMESPACE = 64
/** In place of a version. No object has it. */
const ABSENT = ''

/** Follows the Secrets that are in use. */
export class SecretWatches {
  readonly #options: SecretWatchesOptions
  /** By key of the Secret; each has a user. */
  readonly #watched = new Map<string, Watched>()
  /** Key of the Secret by id of its user. */
  readonly #keys = new Map<string, string>()
  /** By namespace; no number is 0. */
  readonly #running = new Map<string, number>()
  /** Keys of Secrets that wait for room, by namespace; no set is empty. */
  readonly #waiting = new Map<string, Set<string>>()
  #runningTotal = 0
  /** Watches that have not ended yet. */
  readonly #runs = new Set<Promise<void>>()
  #stopped = false

  constructor(options: SecretWatchesOptions) {
    this.#options = options
  }

  /** `user` refers to this Secret from now on, and to no other. */
  follow(user: SecretUser, ref: SecretRef): void {
    const key = objectKey(ref)
    if (this.#keys.get(user.id) === key) return
    this.unfollow(user.id)
    this.#keys.set(user.id, key)
    const watched = this.#watched.get(key) ?? {
      ref,
      users: new Map(),
      stop: undefined,
      secret: undefined,
      version: undefined,
    }
    watched.users.set(user.id, { enqueue: user.enqueue, readVersion: undefined })
    if (this.#watched.has(key)) return
    this.#watched.set(key, watched)
    this.#wait(key, ref.namespace)
    this.#startIn(ref.namespace)
  }

  /** The user is gone. A watch ends with its last user. */
  unfollow(id: string): void {
    const key = this.#keys.get(id)
    const watched = key === undefined ? undefined : this.#watched.get(key)
    if (key === undefined || watched === undefined) return
    this.#keys.delete(id)
    watched.users.delete(id)
    if (watched.users.size > 0) return
    this.#watched.delete(key)
    const { namespace } = watched.ref
    if (watched.stop === undefined) {
      this.#waitNoMore(key, namespace)
      return
    }
    watched.stop.abort()
    this.#count(namespace, -1)
    this.#startIn(namespace)
    for (const other of this.#waiting.keys()) {
      if (this.#runningTotal >= MAX_SECRET_WATCHES) return
      this.#startIn(other)
    }
  }

  /** Reads a Secret for one of its users. */
  async read(
    { user, ref, freshness }: SecretRead,
    signal: AbortSignal,
  ): Promise<Result<Secret, ApiError>> {
    const watched = this.#watched.get(objectKey(ref))
    if (freshness === 'watched' && watched?.secret !== undefined) return ok(watched.secret)
    const versionBefore = watched?.version
    const secret = await this.#options.kube.readSecret(ref, signal)
    const reader = watched?.users.get(user)
    // Only a health check must be repeated after a later change.
    if (watched === undefined || reader === undefined || freshness === 'watched') return secret
    if (secret.ok) reader.readVersion = secret.value.resourceVersion
    else if (secret.error.kind === 'not-found') reader.readVersion = ABSENT
    // A change reported during the read may be newer than the response. (One reported before is not: a watch
    // that lags would enqueue for nothing, repeatedly.)
    if (watched.version !== versionBefore) enqueueIfOutdated(reader, watched.version)
    return secret
  }

  /** Ends all watches. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { stop } of this.#watched.values()) stop?.abort()
    await Promise.all(this.#runs)
  }

  #wait(key: string, namespace: string): void {
    const keys = this.#waiting.get(namespace)
    if (keys === undefined) this.#waiting.set(namespace, new Set([key]))
    else keys.add(key)
  }

  #waitNoMore(key: string, namespace: string): void {
    const keys = this.#waiting.get(namespace)
    keys?.delete(key)
    if (keys?.size === 0) this.#waiting.delete(namespace)
  }

  #count(namespace: string, change: 1 | -1): void {
    this.#runningTotal += change
    const running = (this.#running.get(namespace) ?? 0) + change
    if (running > 0) this.#running.set(namespace, running)
    else this.#running.delete(namespace)
  }

  /** Starts watches of one namespace, as far as there is room. */
  #startIn(namespace: string): void {
    if (this.#stopped) return
    for (const key of this.#waiting.get(namespace) ?? []) {
      const inNamespace = this.#running.get(namespace) ?? 0
      if (this.#runningTotal >= MAX_SECRET_WATCHES) return
      if (inNamespace >= MAX_SECRET_WATCHES_PER_NAMESPACE) return
      this.#waitNoMore(key, namespace)
      const watched = this.#watched.get(key)
      if (watched === undefined) continue
      this.#count(namespace, 1)
      const stop = new AbortController()
      watched.stop = stop
      const run = this.#watch(watched, stop.signal)
      this.#runs.add(run)
      void run.then(() => this.#runs.delete(run))
    }
  }

  async #watch(watched: Watched, signal: AbortSignal): Promise<void> {
    const { kube, entry, clock, random } = this.#options
    const { namespace, name } = watched.ref
    const log = this.#options.log.child({ secret: objectKey(watched.ref) })
    let isRefused = false
    const source = kube.listWatch({
      resource: SECRET,
      namespace,
      fieldSelector: fieldSelectorOf(name),
    })
    const changed = (body: unknown): void => {
      isRefused = false
      const secret = body === undefined ? undefined : parseSecret(body)
      watched.secret = secret?.ok === true ? onlyEntry(secret.value, entry) : undefined
      watched.version = secret === undefined ? ABSENT : watched.secret?.resourceVersion
      for (const user of watched.users.values()) enqueueIfOutdated(user, watched.version)
    }
    const interrupted = (error: ApiError): void => {
      watched.secret = undefined
      watched.version = undefined
      if (error.kind === 'forbidden' && !isRefused) {
        isRefused = true
        log.info({ error: error.message }, 'Secret not watched: it is read for each use')
      }
    }
    await watchObject({ source, listener: { changed, interrupted }, clock, random, log }, signal)
  }
}

/** A user that has read nothing yet will read what is there. */
function enqueueIfOutdated({ enqueue, readVersion }: Reader, version: string | undefined): void {
  if (readVersion !== undefined && version !== undefined && readVersion !== version) enqueue()
}

function onlyEntry({ resourceVersion, data }: Secret, entry: string): Secret {
  const value = data[entry]
  return { resourceVersion, data: value === undefined ? {} : { [entry]: value } }
}
