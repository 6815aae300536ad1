/**
 * Authorizes scrapes: the API server must know the token, and RBAC must permit it to get `/metrics`. These are the
 * rules of kube-rbac-proxy and controller-runtime, so the same ClusterRole works.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Result } from '@edge-issuer/shared'
import type { ApiError } from '../kube/api-error.ts'
import type { AccessReviewer } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'

/** The result of an authorization; each has its HTTP status. */
export type AuthResult = 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable'

/** Options of {@link MetricsAuth}. */
export interface MetricsAuthOptions {
  readonly reviewer: AccessReviewer
  readonly clock: Clock
  readonly log: Log
}

/** Scrapes come every few seconds; a permission that is revoked stays in effect no longer than this. */
const ALLOWED_MS = 60_000
const REFUSED_MS = 10_000
/** Bounds the memory: beyond this many tokens the oldest is forgotten. */
const MAX_REMEMBERED = 256
const REVIEW_LIMIT_MS = 10_000

interface Remembered {
  readonly result: Promise<AuthResult>
  untilMs: number
}

/** Asks the API server, and caches the result. */
export class MetricsAuth {
  readonly #options: MetricsAuthOptions
  /** By digest of the token: tokens themselves are not kept. */
  readonly #remembered = new Map<string, Remembered>()

  constructor(options: MetricsAuthOptions) {
    this.#options = options
  }

  /** @param authorization - The header of that name (RFC 6750 §2.1). */
  async check(authorization: string | undefined): Promise<AuthResult> {
    const [, token] = /^Bearer +([\w.~+/-]+=*)$/iu.exec(authorization ?? '') ?? []
    if (token === undefined) return 'unauthenticated'
    const nowMs = this.#options.clock.uptimeMs()
    const digest = createHash('sha256').update(token).digest('base64')
    const known = this.#remembered.get(digest)
    if (known !== undefined && nowMs < known.untilMs) return known.result
    // Concurrent requests with the same token wait for the same result.
    const asked = { result: this.#review(token), untilMs: nowMs + REVIEW_LIMIT_MS }
    this.#remember(digest, asked)
    const result = await asked.result
    asked.untilMs =
      this.#options.clock.uptimeMs() + (result === 'allowed' ? ALLOWED_MS : REFUSED_MS)
    if (result === 'unavailable') this.#remembered.delete(digest)
    return result
  }

  async #review(token: string): Promise<AuthResult> {
    const { reviewer } = this.#options
    const signal = AbortSignal.timeout(REVIEW_LIMIT_MS)
    const caller = await reviewer.reviewToken(token, signal)
    if (!caller.ok) return this.#unavailable(caller)
    if (caller.value === undefined) return 'unauthenticated'
    const access = { caller: caller.value, path: '/metrics', verb: 'get' }
    const allowed = await reviewer.reviewAccess(access, signal)
    if (!allowed.ok) return this.#unavailable(allowed)
    return allowed.value ? 'allowed' : 'forbidden'
  }

  #unavailable({ error }: Result<never, ApiError> & { readonly ok: false }): AuthResult {
    this.#options.log.warn({ error: error.message }, 'metrics access review failed')
    return 'unavailable'
  }

  #remember(digest: string, asked: Remembered): void {
    this.#remembered.delete(digest)
    this.#remembered.set(digest, asked)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) {
      this.#remembered.delete(oldest)
    }
  }
}
