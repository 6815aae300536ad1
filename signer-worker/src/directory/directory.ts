/**
 * The directory: which clients there are, and which ledgers were ever written. One Durable Object.
 *
 * @module
 */
import { DurableObject } from 'cloudflare:workers'
import { migrate } from '../storage/migrate.ts'
import { findLedger, listIssuers, listLedgers, registerLedger } from './ledgers.ts'
import type { LedgerKey, LedgerSelection, RegisteredLedger } from './messages.ts'
import { DIRECTORY_MIGRATIONS } from './schema.ts'

/** The one object of this class that holds the directory. */
export const DIRECTORY_NAME = 'v1:directory'

/** The directory's object; {@link DIRECTORY_NAME} is its name. */
export class Directory extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, DIRECTORY_MIGRATIONS)
  }

  /** @returns The number of a ledger, allocated now if it has none. */
  registerLedger(key: LedgerKey): number {
    return registerLedger(this.ctx.storage.sql, key)
  }

  /** Ledgers that were ever written. */
  listLedgers(selection: LedgerSelection): readonly RegisteredLedger[] {
    return listLedgers(this.ctx.storage.sql, selection)
  }

  /** Names of the issuers that ledgers belong to. */
  listIssuers(selection: LedgerSelection): readonly string[] {
    return listIssuers(this.ctx.storage.sql, selection)
  }

  /** @returns `undefined` for a number that was never allocated. */
  findLedger(number: number): RegisteredLedger | undefined {
    return findLedger(this.ctx.storage.sql, number)
  }
}
