/**
 * The worker's log: one JSON object a line. Facts only: no certification request, no key, no
 * signature and no secret is ever among them.
 *
 * @module
 */

/** What is known about one request, as far as it came. */
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
  /** How many things that were asked for the certificate does not contain. */
  readonly ignored?: number
  /** How many warnings about the certificate its client got. */
  readonly warnings?: number
  /** `issued`, `replayed`, `healthy`, or the code of the refusal. */
  readonly outcome?: string
  /** How long the ledger took, in ms. */
  readonly ledgerMillis?: number
  /** What stands behind a refusal whose text outside is constant. */
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
