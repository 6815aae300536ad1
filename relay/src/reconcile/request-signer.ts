/**
 * One attempt to get a certificate for one request: connect, sign, verify. The result is the condition to
 * write, and when to reconcile again.
 *
 * @module
 */
import { err, type Result, type SignAnswer } from '@edge-issuer/shared'
import { type Issuer, seenFingerprints } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import type { SignerError, TransportCode } from '../api/signer-error.ts'
import { parseGoDuration } from '../core/go-duration.ts'
import { withNotices } from '../core/issue-notices.ts'
import { retryStartMs } from '../core/retry-age.ts'
import { failureOutcome, type RetryLimits } from '../core/sign-outcome.ts'
import type { Clock } from '../queue/clock.ts'
import { withDeadline } from '../queue/deadline.ts'
import type { RequestAdapter, RequestResult } from '../requests/request-adapter.ts'
import { CertificateCache } from '../signer/certificate-cache.ts'
import {
  breakerScope,
  type CircuitBreakers,
  FAILURES_TO_OPEN,
  type OpenBreaker,
} from '../signer/circuit-breaker.ts'
import type { Logged } from '../signer/client.ts'
import type { ConnectError } from '../signer/connect-error.ts'
import type { Connections } from '../signer/connections.ts'
import { addRequestId } from '../signer/request-id.ts'
import { verifyResponse } from '../signer/verify-response.ts'
import { ATTEMPT_DEADLINE_MS, type ReconcileOutcome } from './controller.ts'
import type { IssuerCooldowns } from './issuer-cooldowns.ts'
import { type SignAttempt, toSignAttempt } from './sign-attempt.ts'

/** The result of an attempt, and when to reconcile again. */
export interface SigningResult extends RequestResult {
  readonly outcome: ReconcileOutcome
  /** How many of the requester's groups were not sent, because they exceed the protocol's limits. */
  readonly omittedGroups?: number
  /** Kind and name of the issuer of a certificate, and how long signing took, in milliseconds; for the log. */
  readonly by?: string
  readonly tookMs?: number
  /** The id in the worker's log. */
  readonly requestId?: string
}

/** The queues of the controllers. */
export interface Queues {
  enqueueIssuer(issuer: Issuer): void
  /** Enqueues the requests of every issuer of a circuit breaker. */
  enqueueRequests(breaker: string): void
}

/** Dependencies of a {@link RequestSigner}. */
export interface RequestSignerDeps<R extends AnyRequest> {
  readonly adapter: RequestAdapter<R>
  readonly connections: Pick<Connections, 'connect'>
  readonly cooldowns: IssuerCooldowns
  readonly breakers: CircuitBreakers
  readonly queues: Queues
  /** For issuers that set no limit. */
  readonly retryLimits: RetryLimits
  readonly metrics: { signed(attempt: SignAttempt): void }
  readonly clock: Clock
}

/** Signs requests of one kind. */
export class RequestSigner<R extends AnyRequest> {
  readonly #deps: RequestSignerDeps<R>
  readonly #certificates = new CertificateCache()

  constructor(deps: RequestSignerDeps<R>) {
    this.#deps = deps
  }

  /** Makes one attempt, within {@link ATTEMPT_DEADLINE_MS}, and counts it. */
  async sign(request: R, issuer: Issuer, signal: AbortSignal): Promise<SigningResult> {
    const { adapter, metrics, clock } = this.#deps
    const startedAtMs = clock.uptimeMs()
    const result = await withDeadline(
      { clock, limitMs: ATTEMPT_DEADLINE_MS, signal },
      async (limited) => this.#attempt(request, issuer, limited),
    )
    const tookMs = clock.uptimeMs() - startedAtMs
    const { kind } = adapter.resource
    metrics.signed(toSignAttempt({ kind, result, tookMs }, request, issuer))
    if (result.issued === undefined) return result
    return { ...result, by: `${issuer.kind} ${issuer.metadata.name}`, tookMs: Math.round(tookMs) }
  }

  async #attempt(request: R, issuer: Issuer, signal: AbortSignal): Promise<SigningResult> {
    const { adapter, connections, cooldowns, clock } = this.#deps
    const signRequest = adapter.toSignRequest(request, issuer.spec.profile)
    if (!signRequest.ok) {
      return { update: adapter.failed(signRequest.error), outcome: { kind: 'done' } }
    }
    const client = await connections.connect(issuer, 'watched', signal)
    if (!client.ok) return this.#toResult(toSignerError(client.error), request, issuer)
    const response = await this.#callGuarded(issuer, async () =>
      client.value.sign(issuer.spec.issuer, signRequest.value, signal),
    )
    if (!response.ok) return this.#toResult(response.error, request, issuer)
    const { requestId } = response.value
    const expected = {
      request: signRequest.value,
      seen: seenFingerprints(issuer),
      nowMs: clock.now(),
    }
    const verified = verifyResponse(response.value, expected, this.#certificates)
    if (!verified.ok) {
      return this.#toResult(addRequestId(verified.error, requestId), request, issuer)
    }
    cooldowns.forget(issuer.metadata.uid)
    return {
      update: withNotices(adapter.issued(), response.value),
      issued: verified.value,
      omittedGroups: request.spec.groups.length - signRequest.value.origin.groups.length,
      ...(requestId === undefined ? {} : { requestId }),
      outcome: { kind: 'done' },
    }
  }

  /** Calls the worker if its circuit breaker permits, and reports the result to the breaker. */
  async #callGuarded(
    issuer: Issuer,
    call: () => Promise<Result<SignAnswer & Logged, SignerError>>,
  ): Promise<Result<SignAnswer & Logged, SignerError>> {
    const { breakers, queues } = this.#deps
    const scope = breakerScope(issuer)
    const permit = breakers.ask(scope)
    if (permit.kind === 'wait') return err(circuitOpen(permit))
    const response = await call()
    const failure =
      response.ok || response.error.code !== NO_RESPONSE ? undefined : response.error.message
    if (breakers.ended(scope, permit.kind, failure)) queues.enqueueRequests(scope)
    // A failed probe reports the same text as the requests that wait for it, so that texts do not alternate.
    const open = permit.kind === 'probe' ? breakers.state(scope) : undefined
    return open === undefined ? response : err(circuitOpen(open))
  }

  #toResult(error: SignerError, request: R, issuer: Issuer): SigningResult {
    const { adapter, cooldowns, queues, clock } = this.#deps
    const nowMs = clock.now()
    const age = { ageMs: nowMs - retryStartMs(request, issuer), limits: this.#limitsOf(issuer) }
    const failure = failureOutcome(error, age, adapter)
    const { update } = failure
    const retry = (minimumMs: number): SigningResult => ({
      update,
      outcome: { kind: 'retry', message: error.message, minimumMs },
    })
    switch (failure.kind) {
      case 'failed':
        return { update, outcome: { kind: 'done' } }
      case 'retry':
        return retry(failure.minimumMs)
      case 'poll':
        return { update, outcome: { kind: 'requeue-after', afterMs: failure.afterMs } }
      case 'issuer-error': {
        const { untilMs } = cooldowns.start(issuer.metadata.uid, error.message, nowMs)
        queues.enqueueIssuer(issuer)
        // The issuer enqueues its requests when it becomes Ready again. It may never have been not Ready: a
        // request that is signed meanwhile ends the cooldown, or the status cannot be written in time.
        return retry(untilMs - nowMs)
      }
      case 'recheck':
        // No cooldown, since the worker did nothing wrong. If the check sees the CA it enqueues the request; if
        // not, only this request is retried with backoff.
        queues.enqueueIssuer(issuer)
        return retry(0)
    }
  }

  /** The issuer's own limit applies to all temporary errors. */
  #limitsOf({ spec }: Issuer): RetryLimits {
    const ownMs = parseGoDuration(spec.maxRetryDuration ?? '')
    return ownMs === undefined
      ? this.#deps.retryLimits
      : { maxRetryMs: ownMs, maxOutageRetryMs: ownMs }
  }
}

const NO_RESPONSE: TransportCode = 'transport_error'

const circuitOpen = ({ cause, waitMs }: OpenBreaker): SignerError => ({
  class: 'temporary',
  code: 'circuit_open' satisfies TransportCode,
  message: `${String(FAILURES_TO_OPEN)} consecutive calls failed, the last one with: ${cause}; waiting until a probe succeeds`,
  retryAfterMs: waitMs,
})

/** Credentials or a spec that was valid at the last check and is not now: an error of the issuer. */
const toSignerError = ({ kind, message }: ConnectError): SignerError => ({
  class: kind === 'api' ? 'temporary' : 'issuer',
  code: 'credentials_unusable',
  message,
})
