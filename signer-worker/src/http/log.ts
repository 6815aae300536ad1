/**
 * The worker's log: one JSON object per line. It never contains a certification request, a key, a
 * signature or a secret.
 *
 * @module
 */

/** Fields of one request's log line; those of steps that it did not reach are absent. */
export interface LogFields {
  readonly client?: string
  readonly admin?: string
  readonly keyId?: string
  readonly issuer?: string
  readonly profile?: string
  readonly uid?: string
  readonly namespace?: string
  readonly name?: string
  readonly serialNumber?: string
  /** Number of requested items that the certificate does not contain. */
  readonly ignored?: number
  /** Number of warnings about the certificate. */
  readonly warnings?: number
  /** Name of the client that an admin changes or reads. */
  readonly changedClient?: string
  /** `issued`, `replayed`, `healthy`, or the code of the refusal. */
  readonly outcome?: string
  /** How long the ledger took, in ms. */
  readonly ledgerMillis?: number
  /** The reason of a refusal whose detail is constant. */
  readonly reason?: string
}

/** One line. */
export type LogEntry =
  | ({
      readonly event: 'request'
      readonly requestId: string
      readonly method: string
      /** As it arrived, without the query. */
      readonly path: string
      readonly status: number
      readonly millis: number
    } & LogFields)
  | { readonly event: 'config_error'; readonly path: string; readonly message: string }

/** Writes one line. */
export type WriteLog = (entry: LogEntry) => void

/** Writes to the worker's console, which the platform collects. */
export const writeLog: WriteLog = (entry) => {
  // oxlint-disable-next-line no-console -- the console is where a Worker's log goes
  console.log(JSON.stringify(entry))
}
