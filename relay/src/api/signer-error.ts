/**
 * Why the worker gave no answer that can be used, as a message of the protocol and a few more for
 * what happens on the way there.
 *
 * @module
 */
import type { RefusalClass, RefusalCode } from '@edge-issuer/shared'

/** Faults that the worker cannot report, because it was not asked, not reached, or not understood. */
export type TransportCode =
  /** No connection, no answer in time, a reset: a lost network. */
  | 'transport_error'
  /** The worker did not respond several times in a row, and is not called until a probe succeeds. */
  | 'circuit_open'
  /** The worker's TLS certificate does not verify. */
  | 'tls_untrusted'
  /** Something on the way to the worker answered that it cannot be reached now. */
  | 'gateway_error'
  /** Something answered, but not a worker that speaks this protocol. */
  | 'answer_malformed'
  /** The worker asks for patience (202). */
  | 'answer_pending'
  /** The certificate that came back is not the one that was asked for. */
  | 'answer_refused'
  /** The certificate is signed by a CA that the last health check did not see. */
  | 'ca_unseen'
  /** The issuer's spec or Secret gives no credentials to ask with. */
  | 'credentials_unusable'

/** Stands before the request id in messages; comparisons skip what follows it. */
export const REQUEST_ID_LABEL = 'request id'

/** One fault, ready to be acted on and shown. */
export interface SignerError {
  readonly class: RefusalClass
  /** A refusal code, a transport code, or a code that a newer worker added. */
  readonly code: RefusalCode | TransportCode | (string & {})
  /** For people: what was found, what was wanted, whose turn it is; the request id at the end. */
  readonly message: string
  /** Under which the worker logged the request; absent when no worker answered. */
  readonly requestId?: string
  /** Not before this many milliseconds, when the other side said so. */
  readonly retryAfterMs?: number
}
