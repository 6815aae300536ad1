/**
 * The genesis record: in which jurisdiction the worker keeps its data, written at the first start. The same name
 * is another object in each jurisdiction, so with another jurisdiction the worker would not find its ledgers,
 * and sign again what it has signed.
 *
 * @module
 */
import { DurableObject } from 'cloudflare:workers'
import { migrate } from '../storage/migrate.ts'
import { GENESIS_MIGRATIONS } from './schema.ts'

/** The one object of this class; it is outside of every jurisdiction. */
export const GENESIS_NAME = 'v1:genesis'

/** Where the data is; `none` without a jurisdiction. */
export type RecordedJurisdiction = 'eu' | 'us' | 'fedramp' | 'none'

/** The object of the genesis record; {@link GENESIS_NAME} is its name. */
export class Genesis extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, GENESIS_MIGRATIONS)
  }

  /**
   * Records the jurisdiction, unless one is recorded.
   *
   * @returns The one that is recorded.
   */
  record(jurisdiction: RecordedJurisdiction): string {
    const { sql } = this.ctx.storage
    sql.exec('INSERT OR IGNORE INTO genesis VALUES (1, ?, ?)', jurisdiction, Date.now())
    return this.recorded() ?? jurisdiction
  }

  /** @returns `undefined` before the first start. */
  recorded(): string | undefined {
    return this.ctx.storage.sql
      .exec<{ jurisdiction: string }>('SELECT jurisdiction FROM genesis')
      .toArray()[0]?.jurisdiction
  }
}
