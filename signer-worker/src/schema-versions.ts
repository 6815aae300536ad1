/**
 * How new the tables of each class of Durable Objects are, for programs that keep the data of a worker.
 *
 * @module
 */
import { DIRECTORY_MIGRATIONS } from './directory/schema.ts'
import { GENESIS_MIGRATIONS } from './genesis/schema.ts'
import { INDEX_MIGRATIONS } from './index/schema.ts'
import { LEDGER_MIGRATIONS } from './ledger/schema.ts'

/** The newest version of the tables that this code knows, by class. An object with a newer one does not start. */
export const SCHEMA_VERSIONS = {
  Ledger: LEDGER_MIGRATIONS.length,
  Directory: DIRECTORY_MIGRATIONS.length,
  CertificateIndex: INDEX_MIGRATIONS.length,
  Genesis: GENESIS_MIGRATIONS.length,
} as const
