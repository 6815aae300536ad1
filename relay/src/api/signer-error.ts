/**
 * Errors of calls to the worker: the protocol's refusals, and what can go wrong on the way to the worker.
 *
 * @module
 */
import type { RefusalClass, RefusalCode } from '@edge-issuer/shared'

/** Errors that the worker cannot report: it was not called, not reached, or not understood. */
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

/** Precedes the request id in messages; comparisons ignore the id. */
export const REQUEST_ID_LABEL = 'request id'

/** An error of a call to the worker: its class decides what the caller does, its message is for users. */
export interface SignerError {
  readonly class: RefusalClass
  /** A refusal code, a transport code, or a code that a newer worker added. */
  readonly code: RefusalCode | TransportCode | (string & {})
  /** For users: what is wrong, what was expected, who must act; the request id is at the end. */
  readonly message: string
  /** The id in the worker's log; absent if no worker responded. */
  readonly requestId?: string
  /** The delay that the worker asked for, in milliseconds. */
  readonly retryAfterMs?: number
}
