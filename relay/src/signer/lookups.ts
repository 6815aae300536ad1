/**
 * Resolves the names of workers. The system's resolver (getaddrinfo, which knows /etc/hosts and the search domains of
 * a Pod) occupies a thread until it has an answer, up to half a minute for a name whose servers do not respond,
 * whatever the deadline of the call is. Node.js lends it half of a pool that everything shares: so names wait here
 * for their turn, and those of one namespace, or of one kind of issuer, never have every thread.
 *
 * @module
 */
import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Issuer } from '../api/issuer.ts'
import { FairLanes, type Group } from '../queue/fair-lanes.ts'

/** Lookups at the same time. */
const MAX_LOOKUPS = 24
/** By namespaced Issuers together, and by ClusterIssuers together: the rest is for the other kind. */
const MAX_OF_KIND = 18
/** By the Issuers of one namespace. */
const MAX_OF_NAMESPACE = 4
/** Twice the lookups, since getaddrinfo gets half of the threads, and some for names that do not wait here. */
export const THREAD_POOL_SIZE = 64
/** As long as a connection attempt: no one waits for the address afterwards. */
const MAX_WAIT_MS = 5_000

interface Waiting {
  readonly sinceMs: number
  readonly start: (end: () => void) => void
  readonly giveUp: () => void
}

/** Options of {@link Lookups}. */
export interface LookupsOptions {
  /** Milliseconds that never go back. */
  readonly uptimeMs: () => number
  /** The system's resolver when absent. */
  readonly lookup?: LookupFunction
}

const systemLookup: LookupFunction = (hostname, options, callback) =>
  dns.lookup(hostname, options, callback)

/** One for all workers. */
export class Lookups {
  readonly #uptimeMs: () => number
  readonly #lookup: LookupFunction
  readonly #waiting = new FairLanes<Waiting>()

  constructor({ uptimeMs, lookup = systemLookup }: LookupsOptions) {
    this.#uptimeMs = uptimeMs
    this.#lookup = lookup
  }

  /** @returns The `lookup` option of the connections for an issuer. */
  lookupFor(issuer: Issuer): LookupFunction {
    const groups = groupsOf(issuer)
    return (hostname, options, callback) => {
      const start = (end: () => void): void =>
        this.#lookup(hostname, options, (...found) => {
          end()
          callback(...found)
        })
      const giveUp = (): void =>
        callback(new Error('too many other names are being resolved'), '', 0)
      this.#waiting.push({ sinceMs: this.#uptimeMs(), start, giveUp }, groups)
      this.#startAll()
    }
  }

  #startAll(): void {
    for (let next = this.#waiting.next(); next !== undefined; next = this.#waiting.next()) {
      const { key, release } = next
      if (this.#uptimeMs() - key.sinceMs > MAX_WAIT_MS) {
        release()
        key.giveUp()
      } else {
        key.start(() => {
          release()
          this.#startAll()
        })
      }
    }
  }
}

function groupsOf({ kind, metadata }: Issuer): readonly Group[] {
  const all = { id: 'all', limit: MAX_LOOKUPS }
  const ofKind = { id: kind, limit: MAX_OF_KIND }
  return kind === 'Issuer'
    ? [all, ofKind, { id: metadata.namespace, limit: MAX_OF_NAMESPACE }]
    : [all, ofKind]
}
