/**
 * One attempt to get a certificate for one request: ask, verify, and say what becomes of it.
 *
 * @module
 */
import { err, type Result, type SignAnswer } from '@edge-issuer/shared'
import { type Issuer, seenFingerprints } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import type { SignerFault, TransportCode } from '../api/signer-error.ts'
import { parseGoDuration } from '../core/go-duration.ts'
import { withNotices } from '../core/issue-notices.ts'
import type { RequestWords } from '../core/request-words.ts'
import { retryStartMs } from '../core/retry-age.ts'
import { faultOutcome, type RetryLimits } from '../core/sign-outcome.ts'
import type { Finding } from '../report/request-report.ts'
import type { RequestKind } from '../requests/request-adapter.ts'
import { Certificates } from '../signer/certificate-cache.ts'
import {
  breakerScope,
  type CircuitBreakers,
  FAILURES_TO_OPEN,
  type OpenBreaker,
} from '../signer/circuit-breaker.ts'
import type { Logged, SignerClient } from '../signer/client.ts'
import type { ConnectFault } from '../signer/connections.ts'
import { addRequestId } from '../signer/request-id.ts'
import { verifyAnswer } from '../signer/verify-response.ts'
import type { ReconcileOutcome } from './controller.ts'
import type { IssuerHolds } from './issuer-cooldowns.ts'

/** What an attempt found, and when to look again. */
export interface Signing extends Finding {
  readonly outcome: ReconcileOutcome
  /** How many of the requester's groups the worker was not sent, because they exceed the protocol's limits. */
  readonly omittedGroups?: number
  /** Kind and name of the issuer of a certificate, and how long it took, in milliseconds; for the log. */
  readonly by?: string
  readonly tookMs?: number
  /** Under which the worker logged that it signed. */
  readonly requestId?: string
}

export type SignPass<R> = (request: R, issuer: Issuer, signal: AbortSignal) => Promise<Signing>

/** What an attempt needs of the world. */
export interface SignPassOptions {
  readonly connect: (
    issuer: Issuer,
    signal: AbortSignal,
  ) => Promise<Result<SignerClient, ConnectFault>>
  readonly holds: IssuerHolds
  readonly breakers: CircuitBreakers
  /** Enqueues the requests of every issuer of a breaker that closed. */
  readonly wakeRequests: (scope: string) => void
  /** Puts the issuer on its own queue: the same door that every change uses. */
  readonly wakeIssuer: (issuer: Issuer) => void
  /** Where the issuer states none. */
  readonly retryLimits: RetryLimits
  readonly now: () => number
}

/** @returns A function that makes one attempt for requests of one kind. */
export function signPass<R extends AnyRequest>(
  { toSignRequest, words }: Pick<RequestKind<R>, 'toSignRequest' | 'words'>,
  options: SignPassOptions,
): SignPass<R> {
  const certificates = new Certificates()
  return async (request, issuer, signal) => {
    const subjects = { request, issuer, words }
    const signRequest = toSignRequest(request, issuer.spec.profile)
    if (!signRequest.ok) {
      return { verdict: words.failed(signRequest.error), outcome: { kind: 'done' } }
    }
    const client = await options.connect(issuer, signal)
    if (!client.ok) return faulted(connectFault(client.error), subjects, options)
    const answer = await guarded(issuer, options, async () =>
      client.value.sign(issuer.spec.issuer, signRequest.value, signal),
    )
    if (!answer.ok) return faulted(answer.error, subjects, options)
    const expected = {
      request: signRequest.value,
      seen: seenFingerprints(issuer),
      nowMs: options.now(),
    }
    const verified = verifyAnswer(answer.value, expected, certificates)
    const { requestId } = answer.value
    if (!verified.ok) {
      return faulted(addRequestId(verified.error, requestId), subjects, options)
    }
    options.holds.forget(issuer.metadata.uid)
    return {
      verdict: withNotices(words.issued, answer.value),
      issued: verified.value,
      omittedGroups: request.spec.groups.length - signRequest.value.origin.groups.length,
      ...(requestId === undefined ? {} : { requestId }),
      outcome: { kind: 'done' },
    }
  }
}

/** Makes the call if the circuit breaker permits it, and reports its end to the breaker. */
async function guarded(
  issuer: Issuer,
  { breakers, wakeRequests }: Pick<SignPassOptions, 'breakers' | 'wakeRequests'>,
  call: () => Promise<Result<SignAnswer & Logged, SignerFault>>,
): Promise<Result<SignAnswer & Logged, SignerFault>> {
  const scope = breakerScope(issuer)
  const permit = breakers.ask(scope)
  if (permit.kind === 'wait') return err(circuitOpen(permit))
  const answer = await call()
  const failure = answer.ok || answer.error.code !== NO_RESPONSE ? undefined : answer.error.message
  if (breakers.ended(scope, permit.kind, failure)) wakeRequests(scope)
  // A probe that fails says what the requests that wait for it say, so that texts do not alternate.
  const open = permit.kind === 'probe' ? breakers.state(scope) : undefined
  return open === undefined ? answer : err(circuitOpen(open))
}

const NO_RESPONSE: TransportCode = 'transport_error'

const circuitOpen = ({ cause, waitMs }: OpenBreaker): SignerFault => ({
  class: 'temporary',
  code: 'circuit_open' satisfies TransportCode,
  message: `${String(FAILURES_TO_OPEN)} calls in a row failed, the last with: ${cause}; waiting until a probe succeeds`,
  retryAfterMs: waitMs,
})

interface Subjects {
  readonly request: AnyRequest
  readonly issuer: Issuer
  readonly words: RequestWords
}

function faulted(
  fault: SignerFault,
  { request, issuer, words }: Subjects,
  options: SignPassOptions,
): Signing {
  const { holds, now, wakeIssuer } = options
  const nowMs = now()
  const age = {
    ageMs: nowMs - retryStartMs(request, issuer),
    limits: retryLimits(issuer, options),
  }
  const outcome = faultOutcome(fault, age, words)
  const { verdict } = outcome
  switch (outcome.kind) {
    case 'failed':
      return { verdict, outcome: { kind: 'done' } }
    case 'retry':
      return {
        verdict,
        outcome: { kind: 'retry', message: fault.message, minimumMs: outcome.minimumMs },
      }
    case 'poll':
      return { verdict, outcome: { kind: 'requeue-after', afterMs: outcome.afterMs } }
    case 'issuer-fault': {
      const { untilMs } = holds.refuse(issuer.metadata.uid, fault.message, nowMs)
      wakeIssuer(issuer)
      // The issuer wakes its requests when it is Ready again. It may never have stopped to be: a
      // request that is signed meanwhile lifts the hold, or the status cannot be written in time.
      const minimumMs = untilMs - nowMs
      return { verdict, outcome: { kind: 'retry', message: fault.message, minimumMs } }
    }
    case 'recheck':
      // No hold: the worker did nothing wrong. A check that sees the CA wakes the request; one that
      // does not leaves it to its backoff, and other requests alone.
      wakeIssuer(issuer)
      return { verdict, outcome: { kind: 'retry', message: fault.message, minimumMs: 0 } }
  }
}

/** A Secret or a spec that was good at the last check and is not now: the issuer's fault. */
const connectFault = ({ kind, message }: ConnectFault): SignerFault => ({
  class: kind === 'api' ? 'temporary' : 'issuer',
  code: 'credentials_unusable',
  message,
})

/** The issuer's own limit is one for every temporary error. */
function retryLimits({ spec }: Issuer, options: SignPassOptions): RetryLimits {
  const ownMs = parseGoDuration(spec.maxRetryDuration ?? '')
  return ownMs === undefined ? options.retryLimits : { maxRetryMs: ownMs, maxOutageRetryMs: ownMs }
}
