/**
 * The index's tables.
 *
 * @module
 */

/** Steps from one version of the schema to the next. */
export const INDEX_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE certificate (
    serial BLOB PRIMARY KEY,             -- 20 bytes
    ledger INTEGER NOT NULL,             -- its number in the directory
    seq INTEGER NOT NULL,                -- in the ledger
    client TEXT NOT NULL,
    UNIQUE (ledger, seq)
  ) STRICT;
  `,
]
