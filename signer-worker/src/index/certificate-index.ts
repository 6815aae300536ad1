/**
 * The index: every certificate of one issuer, to list and to find them without asking each ledger. One Durable
 * Object for each issuer; the ledgers send their rows after the certificates have left.
 *
 * @module
 */
import { DurableObject } from 'cloudflare:workers'
import { migrate } from '../storage/migrate.ts'
import { INDEX_MIGRATIONS } from './schema.ts'

/** The index's object of one issuer: `v1:` and the issuer's name is its name. */
export class CertificateIndex extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, INDEX_MIGRATIONS)
  }
}
