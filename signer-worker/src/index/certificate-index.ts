/**
 * The index: every certificate of one issuer, to list and to find them without asking each ledger. One Durable
 * Object for each issuer; the ledgers send their rows after the certificates have left.
 *
 * @module
 */
import { DurableObject } from 'cloudflare:workers'
import { migrate } from '../storage/migrate.ts'
import { readActivity } from './activity.ts'
import { readCounters } from './counters.ts'
import { listCertificates } from './list.ts'
import type {
  IndexBatch,
  IndexCounters,
  IndexPage,
  IndexQuery,
  IssuerActivity,
} from './messages.ts'
import { forgetCertificates, forgetHours, HOUR_MS, receiveBatch } from './receive.ts'
import { INDEX_MIGRATIONS } from './schema.ts'

/** The index's object of one issuer: `v1:` and the issuer's name is its name. */
export class CertificateIndex extends DurableObject<Env> {
  /** When old counters were last deleted, epoch ms. */
  #forgotAtMs = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, INDEX_MIGRATIONS)
  }

  /** Records a batch. @returns The last `seq` of the ledger that the index has, with all before it. */
  receive(batch: IndexBatch): number {
    const { sql } = this.ctx.storage
    const nowMs = Date.now()
    return this.ctx.storage.transactionSync(() => {
      if (nowMs - this.#forgotAtMs > HOUR_MS) {
        forgetHours(sql, nowMs)
        this.#forgotAtMs = nowMs
      }
      return receiveBatch(sql, batch)
    })
  }

  /** One page of the certificates that match a query. */
  list(query: IndexQuery): IndexPage {
    return listCertificates(this.ctx.storage.sql, query, Date.now())
  }

  /** Totals of all ledgers. @param byClient - Whether each client has its own. */
  counters(byClient: boolean): IndexCounters {
    return readCounters(this.ctx.storage.sql, byClient, Date.now())
  }

  /** Forgets certificates that their ledger is about to archive. */
  forget(ledger: number, seqs: readonly number[]): void {
    this.ctx.storage.transactionSync(() => {
      forgetCertificates(this.ctx.storage.sql, ledger, seqs)
    })
  }

  /** What clients did; those without a ledger are not in the answer. */
  activity(clients: readonly string[]): Readonly<Record<string, IssuerActivity>> {
    return readActivity(this.ctx.storage.sql, clients, Date.now())
  }
}
