/**
 * The flag of a ledger whose client is quarantined: nothing is issued, and nothing is answered again.
 *
 * @module
 */
import { readMeta, writeMeta } from '../storage/migrate.ts'

/** What an admin decided. */
export interface QuarantineOrder {
  readonly quarantined: boolean
  /** Version of the client: of two orders, the one with the newer version counts. */
  readonly version: number
}

/** The flag of one ledger. */
export class Quarantine {
  readonly #sql: SqlStorage
  #isOn: boolean

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#isOn = readMeta(sql, 'quarantined') === 1
  }

  /** Whether every request is refused. */
  get isOn(): boolean {
    return this.#isOn
  }

  /** Sets or clears the flag, unless a newer order did. Must run outside of any transaction. */
  follow({ quarantined, version }: QuarantineOrder): void {
    if (version < (readMeta(this.#sql, 'quarantine_version') ?? 0)) return
    writeMeta(this.#sql, 'quarantine_version', version)
    writeMeta(this.#sql, 'quarantined', Number(quarantined))
    this.#isOn = quarantined
  }
}
