/**
 * Why the worker gave no answer that can be used, in the words of the protocol and a few more for
 * what happens on the way there.
 *
 * @module
 */
import type { RefusalClass, RefusalCode } from '@edge-issuer/shared'

/** Faults that the worker cannot report, because it was not reached or did not understand. */
export type TransportCode =
  /** No connection, no answer in time, a reset: a lost network. */
  | 'transport_error'
  /** The worker's TLS certificate does not verify. */
  | 'tls_untrusted'
  /** Something answered, but not a worker that speaks this protocol. */
  | 'answer_malformed'
  /** The worker asks for patience (202). */
  | 'answer_pending'

/** One fault, ready to be acted on and shown. */
export interface SignerFault {
  readonly class: RefusalClass
  /** A refusal code, a transport code, or a code that a newer worker added. */
  readonly code: RefusalCode | TransportCode | (string & {})
  /** For people: what was found, what was wanted, whose turn it is. */
  readonly message: string
  /** Not before this many milliseconds, when the other side said so. */
  readonly retryAfterMs?: number
}
