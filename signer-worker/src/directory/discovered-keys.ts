/**
 * Token keys of public issuers. The directory's object fetches them for all isolates, so that an issuer is asked
 * seldom, and keeps the last good set for as long as the issuer fails.
 *
 * @module
 */
import { type Jwks, jwksSchema } from '../config/exports.ts'
import { discoverKeys, type DiscoveryPorts, type DiscoveryTarget } from '../identity/discover.ts'

/** For both documents together, in ms. */
const TIMEOUT_MS = 5_000

/** A set is read again after this time, in ms. */
const REFRESH_MS = 3_600_000

/** Shortest time between two attempts, in ms: an unknown `kid` causes no more of them. */
const RETRY_MS = 10_000

/** A set that was not asked for in this time is forgotten, in ms. */
const FORGET_MS = 30 * 86_400_000

/** Dependencies of {@link DiscoveredKeys}. */
export interface DiscoveredKeysPorts extends Pick<DiscoveryPorts, 'fetch'> {
  readonly moreHosts: () => readonly string[]
  readonly warn: (message: string) => void
}

/** What to find. */
export interface DiscoveredKeyQuery extends DiscoveryTarget {
  /** `kid` of a token. */
  readonly kid: string
}

interface Row extends Record<string, SqlStorageValue> {
  readonly jwks: string | null
  readonly read_at_ms: number | null
  readonly tried_at_ms: number
}

/** Of one object; its attempts are shared by all requests. */
export class DiscoveredKeys {
  readonly #sql: SqlStorage
  readonly #ports: DiscoveredKeysPorts
  readonly #attempts = new Map<string, Promise<void>>()

  constructor(sql: SqlStorage, ports: DiscoveredKeysPorts) {
    this.#sql = sql
    this.#ports = ports
  }

  /**
   * @returns The newest set that was read, if there is one. A set that has the key is not waited for, also when it is
   *   due to be read again.
   */
  async find(query: DiscoveredKeyQuery, nowMs: number): Promise<Jwks | undefined> {
    const row = this.#read(query)
    const jwks = readJwks(row)
    const isKnown = jwks?.keys.some(({ kid }) => kid === query.kid) === true
    const isFresh = isKnown && nowMs - (row?.read_at_ms ?? -Infinity) < REFRESH_MS
    if (isFresh) return jwks
    const attempt = this.#attempt(query, row, nowMs)
    if (isKnown) return jwks
    await attempt
    return readJwks(this.#read(query))
  }

  async #attempt(target: DiscoveryTarget, row: Row | undefined, nowMs: number): Promise<void> {
    const id = JSON.stringify([target.url, target.issuer])
    const running = this.#attempts.get(id)
    if (running !== undefined) return running
    // A clock that was set back must not stop attempts.
    if (row !== undefined && Math.abs(nowMs - row.tried_at_ms) < RETRY_MS) return undefined
    const attempt = this.#discover(target, nowMs).finally(() => this.#attempts.delete(id))
    this.#attempts.set(id, attempt)
    return attempt
  }

  /** Never throws. */
  async #discover({ url, issuer }: DiscoveryTarget, nowMs: number): Promise<void> {
    this.#sql.exec(
      `INSERT INTO discovered_jwks (url, issuer, tried_at_ms) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET tried_at_ms = ?3`,
      url,
      issuer,
      nowMs,
    )
    const { fetch, moreHosts, warn } = this.#ports
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const found = await discoverKeys({ url, issuer }, { fetch, moreHosts: moreHosts(), signal })
    if (!found.ok) {
      warn(found.error)
      return
    }
    this.#sql.exec(
      'UPDATE discovered_jwks SET jwks = ?3, read_at_ms = ?4 WHERE url = ?1 AND issuer = ?2',
      url,
      issuer,
      JSON.stringify(found.value),
      nowMs,
    )
    this.#sql.exec('DELETE FROM discovered_jwks WHERE tried_at_ms < ?', nowMs - FORGET_MS)
  }

  #read({ url, issuer }: DiscoveryTarget): Row | undefined {
    return this.#sql
      .exec<Row>(
        'SELECT jwks, read_at_ms, tried_at_ms FROM discovered_jwks WHERE url = ? AND issuer = ?',
        url,
        issuer,
      )
      .toArray()[0]
  }
}

function readJwks(row: Row | undefined): Jwks | undefined {
  const jwks = row?.jwks ?? undefined
  return jwks === undefined ? undefined : jwksSchema.parse(JSON.parse(jwks))
}
