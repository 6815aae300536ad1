/**
 * The directory's tables.
 *
 * @module
 */

/** Steps from one version of the schema to the next. */
export const DIRECTORY_MIGRATIONS: readonly string[] = [
  // Every ledger object that was ever written; its number is part of the serial numbers that it issues.
  `
  CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,
    client TEXT NOT NULL,
    shard INTEGER NOT NULL,
    UNIQUE (issuer, client, shard)
  ) STRICT;
  `,
]
