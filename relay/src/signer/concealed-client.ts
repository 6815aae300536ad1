/**
 * A client for an Issuer of a namespace, whose owner must not learn what is at an address of another
 * network: every error on the way to a worker has one text, one class and, as far as the relay's time limits
 * allow, one duration. The log has the error itself. A response counts as a worker's only if it has the
 * protocol's header and its shape; what a worker says is not concealed.
 *
 * @module
 */
import { err, type Result } from '@edge-issuer/shared'
import type { SignerError, TransportCode } from '../api/signer-error.ts'
import { stableText } from '../core/stable-text.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { Log, LogFields } from '../log.ts'
import { type Clock, sleep } from '../queue/clock.ts'
import type { SignerClient } from './client.ts'

/** What a user reads instead of the error. */
export const NO_WORKER =
  "no edge-issuer worker responds at the issuer's spec.url as expected; check url and caBundle. An Issuer may use public addresses only, unless a cluster admin allows more with --issuer-url-allow (issuerUrlAllow in the chart). The relay's log has the error"

/**
 * A call that failed ends no earlier than this, in milliseconds, so that a closed port takes as long as one
 * that never answers: the limits for connecting (5 s) and for TLS (5 s) end within it or a few seconds later.
 * It does not apply once a worker has responded, when a lost connection is worth a quick retry.
 */
export const LEAST_FAILURE_MS = 7_000

const CONCEALED: ReadonlySet<string> = new Set<TransportCode>([
  'answer_malformed',
  'gateway_error',
  'tls_untrusted',
  'transport_error',
])

/** Options of {@link concealErrors}. */
export interface ConcealOptions {
  readonly clock: Clock
  /** Of one issuer: each line names it. */
  readonly log: Log
}

/** @returns The same client, whose network errors have one text. */
export function concealErrors(client: SignerClient, { clock, log }: ConcealOptions): SignerClient {
  let hasResponded = false
  let logged = ''

  const note = ({ code, message, requestId }: SignerError, about: LogFields): void => {
    const facts = {
      ...about,
      code,
      error: message,
      ...(requestId === undefined ? {} : { requestId }),
    }
    const text = stableText(message)
    // The first of equal errors is of use; those of the retries are noise.
    if (text === logged) log.debug(facts, 'no usable response from the worker')
    else log.warn(facts, 'no usable response from the worker')
    logged = text
  }

  const concealed = async <T>(
    call: () => Promise<Result<T, SignerError>>,
    about: LogFields,
    signal: AbortSignal,
  ): Promise<Result<T, SignerError>> => {
    const startedAtMs = clock.uptimeMs()
    const answer = await call()
    if (answer.ok || !CONCEALED.has(answer.error.code)) {
      hasResponded = true
      logged = ''
      return answer
    }
    note(answer.error, about)
    if (!hasResponded) {
      const leftMs = startedAtMs + LEAST_FAILURE_MS - clock.uptimeMs()
      await sleep(clock, Math.max(0, leftMs), signal)
    }
    return err(FAILURE)
  }

  return {
    keyId: client.keyId,
    sign: async (issuer, request, signal) =>
      concealed(
        async () => client.sign(issuer, request, signal),
        { request: objectKey(request.origin) },
        signal,
      ),
    health: async (issuer, signal) =>
      concealed(async () => client.health(issuer, signal), {}, signal),
    // Its errors are in the log only.
    pushTokenKeys: async (name, keys, signal) => client.pushTokenKeys(name, keys, signal),
    retire: () => client.retire(),
    close: async () => client.close(),
  }
}

/** Temporary whatever it was, since the class decides what a user sees, too. */
const FAILURE: SignerError = {
  class: 'temporary',
  code: 'transport_error' satisfies TransportCode,
  message: NO_WORKER,
}
