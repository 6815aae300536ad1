/**
 * Finds the key that a token names: among those that the isolate knows of the client, then in the directory. Anyone
 * can send a token with a made-up key id, so the directory is asked only so often.
 *
 * @module
 */
import { CLIENT_CACHE_SECONDS } from '@edge-issuer/shared'
import type { JWK } from 'jose'
import type { FindTokenKey } from '../identity/token-keys.ts'
import { compileTrustedKeys, findTrustedKey, type TrustedKeys } from '../identity/trusted-keys.ts'
import { KeysUnavailable } from '../identity/verify-token.ts'
import { BoundedMap } from './bounded-map.ts'
import type { ClientCache, LookupContext } from './client-cache.ts'
import type { OpenDiscoverySource } from './client.ts'
import type { DiscoveredKeyQuery } from './discovered-keys.ts'
import type { KnownClient } from './known-client.ts'
import { SingleFlight } from './single-flight.ts'

/** Clients whose last question is remembered; above it, questions count as the first ones. */
const MAX_CLIENTS = 2000

/** Sets of public issuers that an isolate keeps. */
const MAX_DISCOVERED = 1000

/** Shortest time between two questions because of unknown keys of one client, in ms. */
const INTERVAL_MS = 1000

/** Most questions because of unknown keys in a second. */
export const MAX_QUESTIONS_PER_SECOND = 50

/** How long a set of a public issuer is used before the directory is asked for it again, in ms. */
const DISCOVERED_MS = CLIENT_CACHE_SECONDS * 1000

/** How long a request waits for the question of another one, in ms. */
const TIMEOUT_MS = 10_000

/** Dependencies of {@link TokenKeyFinder}. */
export interface TokenKeyFinderPorts {
  readonly clients: Pick<ClientCache, 'refresh'>
  readonly open: OpenDiscoverySource
  /** The clock, epoch ms. */
  readonly nowMs: () => number
}

interface DiscoveredSet {
  readonly keys: TrustedKeys
  /** Epoch ms. */
  readonly untilMs: number
}

/** Of one isolate. */
export class TokenKeyFinder {
  readonly #ports: TokenKeyFinderPorts
  readonly #discovered = new BoundedMap<string, DiscoveredSet>(MAX_DISCOVERED)
  /** Epoch ms of the next question, by client. */
  readonly #nextMs = new BoundedMap<string, number>(MAX_CLIENTS)
  /** By client. */
  readonly #asked = new SingleFlight<TrustedKeys | undefined>(TIMEOUT_MS)
  #secondStartMs = -Infinity
  #questions = 0

  constructor(ports: TokenKeyFinderPorts) {
    this.#ports = ports
  }

  /** @returns How the keys of one client are found. */
  forClient(known: KnownClient, context: LookupContext): FindTokenKey {
    return async (kid) => {
      const { identity } = known
      if (identity === undefined) return undefined
      const { discoveryUrl, issuer } = identity
      return discoveryUrl === undefined
        ? this.#findTrusted(known, kid, context)
        : this.#findDiscovered({ url: discoveryUrl, issuer, kid }, known, context)
    }
  }

  /** A key that was pushed a moment ago is in the directory, and not yet in every isolate. */
  async #findTrusted(
    { client, identity }: KnownClient,
    kid: string,
    context: LookupContext,
  ): Promise<JWK | undefined> {
    const found = identity && findTrustedKey(identity.keys, kid, this.#ports.nowMs())
    if (found !== undefined) return found
    const refreshed = await this.#ask(client.name, async () => {
      const lookup = await this.#ports.clients.refresh(client.name, context)
      if (lookup.kind === 'unavailable') throw new KeysUnavailable(lookup.reason)
      return lookup.kind === 'known' ? lookup.known.identity?.keys : undefined
    })
    return refreshed && findTrustedKey(refreshed, kid, this.#ports.nowMs())
  }

  async #findDiscovered(
    query: DiscoveredKeyQuery,
    { client }: KnownClient,
    { env }: LookupContext,
  ): Promise<JWK | undefined> {
    const id = JSON.stringify([query.url, query.issuer])
    const set = this.#discovered.get(id)
    const found = set?.keys.current.get(query.kid)
    if (set !== undefined && found !== undefined && this.#ports.nowMs() < set.untilMs) return found
    try {
      const keys = await this.#ask(client.name, async () => this.#readDiscovered(id, query, env))
      return keys?.current.get(query.kid) ?? found
    } catch (error) {
      // A key that is known goes on working while the directory does not respond.
      if (found !== undefined) return found
      throw error
    }
  }

  async #readDiscovered(
    id: string,
    query: DiscoveredKeyQuery,
    env: Env,
  ): Promise<TrustedKeys | undefined> {
    try {
      const jwks = await this.#ports.open(env).findDiscoveredKeys(query)
      if (jwks === undefined) throw new Error('the keys of the issuer could not be read yet')
      const keys = compileTrustedKeys(jwks, undefined)
      this.#discovered.set(id, { keys, untilMs: this.#ports.nowMs() + DISCOVERED_MS })
      return keys
    } catch (error) {
      throw new KeysUnavailable(String(error))
    }
  }

  /** @returns `undefined` when it is too early for another question about the client. */
  async #ask(
    client: string,
    question: () => Promise<TrustedKeys | undefined>,
  ): Promise<TrustedKeys | undefined> {
    if (!this.#asked.has(client) && !this.#mayAsk(client, this.#ports.nowMs())) return undefined
    return this.#asked.run(client, question)
  }

  #mayAsk(client: string, nowMs: number): boolean {
    if (nowMs < this.#secondStartMs || nowMs >= this.#secondStartMs + 1000) {
      this.#secondStartMs = nowMs
      this.#questions = 0
    }
    const nextMs = this.#nextMs.get(client)
    // A clock that was set back must not stop questions.
    const isEarly = nextMs !== undefined && nowMs < nextMs && nowMs >= nextMs - INTERVAL_MS
    if (isEarly || this.#questions >= MAX_QUESTIONS_PER_SECOND) return false
    this.#questions += 1
    this.#nextMs.set(client, nowMs + INTERVAL_MS)
    return true
  }
}
