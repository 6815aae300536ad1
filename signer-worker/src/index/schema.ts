/**
 * The index's tables. Columns have the names of the ledger's, so that one set of filters fits both.
 *
 * @module
 */

/** Steps from one version of the schema to the next. */
export const INDEX_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE certificate (
    ledger INTEGER NOT NULL,             -- its number in the directory
    seq INTEGER NOT NULL,                -- in the ledger
    serial BLOB NOT NULL UNIQUE,         -- 20 bytes
    client TEXT NOT NULL,
    uid TEXT NOT NULL,
    profile TEXT NOT NULL,
    not_before_seconds INTEGER NOT NULL, -- epoch seconds, as in the certificate
    not_after_seconds INTEGER NOT NULL,
    names TEXT NOT NULL,                 -- JSON: subject and subject alternative names
    namespace TEXT NOT NULL,             -- of the request in the cluster
    requester TEXT NOT NULL,             -- JSON: who asked, without groups
    lineage TEXT NOT NULL,
    issued_at_ms INTEGER NOT NULL,       -- epoch ms
    current INTEGER NOT NULL,            -- 1 for the last one of its client and lineage, else 0
    PRIMARY KEY (ledger, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX certificate_by_client ON certificate (client);
  CREATE INDEX certificate_by_uid ON certificate (uid);
  CREATE INDEX certificate_by_not_after ON certificate (not_after_seconds);
  CREATE INDEX certificate_by_issued_at ON certificate (issued_at_ms);
  CREATE INDEX certificate_by_namespace ON certificate (namespace);
  CREATE UNIQUE INDEX current_by_lineage ON certificate (client, lineage) WHERE current = 1;
  CREATE INDEX current_by_client ON certificate (client, not_after_seconds) WHERE current = 1;
  ` +
    // Common names and subject alternative names, without prefix and in lower case; and the same backwards.
    `
  CREATE TABLE certificate_name (
    name TEXT NOT NULL,
    ledger INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (name, ledger, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE certificate_suffix (
    reversed TEXT NOT NULL,
    ledger INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (reversed, ledger, seq)
  ) STRICT, WITHOUT ROWID;
  ` +
    // What each ledger has sent. Its counters are totals, so that a batch that arrives twice changes nothing.
    `
  CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    client TEXT NOT NULL,
    shard INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,       -- the last seq that is here; all before it are here too
    through_ms INTEGER NOT NULL,         -- up to when everything is here, epoch ms
    has_more INTEGER NOT NULL,           -- 1 while the ledger has more to send
    replayed INTEGER NOT NULL,
    refused TEXT NOT NULL,               -- JSON: numbers by code
    database_bytes INTEGER NOT NULL,
    last_seen_ms INTEGER                 -- epoch ms
  ) STRICT;
  CREATE INDEX ledger_by_client ON ledger (client);
  CREATE INDEX ledger_behind ON ledger (through_ms) WHERE has_more = 1;
  ` +
    // Certificates that a client got in an hour; hours of the last week.
    `
  CREATE TABLE client_hour (
    client TEXT NOT NULL,
    hour INTEGER NOT NULL,               -- since the epoch
    issued INTEGER NOT NULL,
    PRIMARY KEY (client, hour)
  ) STRICT, WITHOUT ROWID;
  `,
]
