/**
 * The credentials of one issuer without a Secret: a key that exists only in this process, and ServiceAccount tokens
 * that are bound to it.
 *
 * @module
 */
import { err, ok, type Result, tokenAudience } from '@edge-issuer/shared'
import type { SignerError, TransportCode } from '../api/signer-error.ts'
import { thrownError } from '../kube/api-error.ts'
import type { Clock } from '../queue/clock.ts'
import { orAborted } from '../queue/deadline.ts'
import type { ConnectError } from './connect-error.ts'
import { createClientKey } from './credentials.ts'
import type { HeldToken } from './held-token.ts'
import type { Credentials, ServiceAccountToken } from './worker-connection.ts'

/** Options of {@link TokenCredentials}. */
export interface TokenCredentialsOptions {
  /** Name of the client at the worker. */
  readonly client: string
  /** The worker's public URL. */
  readonly url: string
  /** Requests a token; ends by itself or by the signal. */
  readonly request: (
    audience: string,
    signal: AbortSignal,
  ) => Promise<Result<HeldToken, ConnectError>>
  /**
   * Sends the API server's keys to the worker under the token in use.
   *
   * @returns Whether the worker has them.
   */
  readonly pushKeys: (signal: AbortSignal) => Promise<boolean>
  readonly clock: Clock
}

/** A token with less than this to its end is no longer used: a call takes up to 25 s, and clocks differ. */
const LAST_USE_MS = 60_000
/** While a token still works, time from a failed renewal to the next one. */
const RENEWAL_RETRY_MS = 30_000
/** A worker that rejects every token causes a TokenRequest no more often than this. */
const REPLACEMENT_INTERVAL_MS = 30_000

const NO_TOKEN: SignerError = {
  class: 'temporary',
  code: 'credentials_unusable' satisfies TransportCode,
  message: 'no ServiceAccount token was requested yet',
}

/** Safe for many calls at once: they share one TokenRequest. */
export class TokenCredentials implements Credentials, ServiceAccountToken {
  readonly key = createClientKey()
  readonly client: string
  readonly url: string
  readonly #options: TokenCredentialsOptions
  readonly #audience: string
  #held: HeldToken | undefined
  /** The token that the worker rejected last. */
  #rejected = ''
  #renewal: Promise<Result<void, ConnectError>> | undefined
  #replaceAfterMs = -Infinity
  readonly #closed = new AbortController()

  constructor(options: TokenCredentialsOptions) {
    this.#options = options
    this.client = options.client
    this.url = options.url
    this.#audience = tokenAudience(options.url, this.key.keyId)
  }

  get serviceAccount(): ServiceAccountToken {
    return this
  }

  /** Requests nothing, so that the time of a call depends on the worker alone; {@link ready} does. */
  async read(): Promise<Result<string, SignerError>> {
    return Promise.resolve(this.#held === undefined ? err(NO_TOKEN) : ok(this.#held.token))
  }

  /** Makes sure that there is a token to use, and renews it when it is due. */
  async ready(signal: AbortSignal): Promise<Result<void, ConnectError>> {
    const held = this.#held
    if (held !== undefined && this.#options.clock.uptimeMs() < held.renewAtMs) return ok(undefined)
    const renewed = await this.#renewWithin(signal)
    return this.#isUsable(this.#held) ? ok(undefined) : renewed
  }

  async replace(rejected: string, signal: AbortSignal): Promise<boolean> {
    if (this.#held?.token !== rejected) return true
    if (this.#rejected !== rejected) {
      const nowMs = this.#options.clock.uptimeMs()
      if (nowMs < this.#replaceAfterMs) return false
      this.#replaceAfterMs = nowMs + REPLACEMENT_INTERVAL_MS
      this.#rejected = rejected
    } else if (this.#renewal === undefined) return false
    const renewed = await this.#renewWithin(signal)
    return renewed.ok && this.#held.token !== rejected
  }

  /** Ends a renewal under way. */
  close(): void {
    this.#closed.abort()
  }

  /** The renewal itself goes on after the signal, for others that wait for it. */
  async #renewWithin(signal: AbortSignal): Promise<Result<void, ConnectError>> {
    this.#renewal ??= this.#request().finally(() => {
      this.#renewal = undefined
    })
    try {
      return await orAborted(this.#renewal, signal)
    } catch (thrown) {
      const { message } = thrownError(thrown)
      return err({ kind: 'api', message: `the API server issued no token in time: ${message}` })
    }
  }

  async #request(): Promise<Result<void, ConnectError>> {
    const requested = await this.#options.request(this.#audience, this.#closed.signal)
    if (requested.ok && (await this.#isKnownKey(requested.value))) this.#held = requested.value
    else if (this.#held !== undefined) {
      const renewAtMs = this.#options.clock.uptimeMs() + RENEWAL_RETRY_MS
      this.#held = { ...this.#held, renewAtMs }
    }
    return requested.ok ? ok(undefined) : requested
  }

  /**
   * After a rotation of the API server's signing key, the worker must know the new key before its first token, and
   * learns it under a token of the old one: until then, and as long as it works, the old token stays in use.
   */
  async #isKnownKey(next: HeldToken): Promise<boolean> {
    const held = this.#held
    if (!this.#isUsable(held) || held.signingKeyId === next.signingKeyId) return true
    if (held.token === this.#rejected) return true
    return this.#options.pushKeys(this.#closed.signal)
  }

  #isUsable(held: HeldToken | undefined): held is HeldToken {
    return held !== undefined && this.#options.clock.uptimeMs() < held.expiresAtMs - LAST_USE_MS
  }
}
