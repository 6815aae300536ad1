/**
 * The table of the genesis record.
 *
 * @module
 */

/** Steps from one version of the schema to the next. */
export const GENESIS_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE genesis (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    jurisdiction TEXT NOT NULL,    -- 'eu', 'us', 'fedramp' or 'none'
    recorded_at_ms INTEGER NOT NULL -- epoch ms
  ) STRICT;
  `,
]
