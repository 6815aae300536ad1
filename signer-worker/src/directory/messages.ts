/**
 * Requests to the directory and its answers: plain data that can cross to the Durable Object.
 *
 * @module
 */

/** One ledger object. */
export interface LedgerKey {
  /** Name of the issuer. */
  readonly issuer: string
  /** Name of the client. */
  readonly client: string
  readonly shard: number
}

/** A ledger with its number. */
export interface RegisteredLedger extends LedgerKey {
  /** 1 or more; below 2³². */
  readonly number: number
}

/** Which ledgers; all without members. */
export interface LedgerSelection {
  readonly issuer?: string | undefined
  readonly client?: string | undefined
}
