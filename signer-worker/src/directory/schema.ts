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
  `
  CREATE TABLE client (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    disabled INTEGER NOT NULL,      -- 0 or 1
    quarantined INTEGER NOT NULL,   -- 0 or 1
    created_at_ms INTEGER NOT NULL, -- epoch ms
    updated_at_ms INTEGER NOT NULL, -- epoch ms
    entry TEXT NOT NULL             -- JSON, as it was put
  ) STRICT, WITHOUT ROWID;
  ` +
    // A key belongs to one client: the primary key says so.
    `
  CREATE TABLE client_key (
    key_id TEXT PRIMARY KEY,        -- RFC 7638 thumbprint
    client TEXT NOT NULL REFERENCES client (name),
    not_before_ms INTEGER,          -- epoch ms; NULL for no limit
    not_after_ms INTEGER            -- epoch ms; NULL for no limit
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX client_key_by_client ON client_key (client);

  CREATE TABLE client_identity (
    client TEXT NOT NULL REFERENCES client (name),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (client, subject)
  ) STRICT, WITHOUT ROWID;
  ` +
    // Every change. Rows are never changed and never deleted.
    `
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,         -- epoch ms
    admin TEXT,                     -- NULL for the client itself
    action TEXT NOT NULL,
    client TEXT NOT NULL,
    version INTEGER NOT NULL,       -- of the client afterwards; of a deletion, the next one
    reason TEXT,
    before TEXT,                    -- JSON of a client record
    after TEXT,                     -- JSON of a client record
    key_id TEXT NOT NULL,           -- of the key that signed the request
    signature_base TEXT NOT NULL,   -- RFC 9421: what it signed, with the digest of the body
    signature BLOB NOT NULL,        -- Ed25519, 64 bytes
    body BLOB                       -- of the request
  ) STRICT;
  CREATE INDEX audit_by_client ON audit (client, id);
  CREATE INDEX audit_by_signature ON audit (signature);
  `,
  // Keys that verify ServiceAccount tokens: pushed by the client, and discovered at public issuers.
  `
  CREATE TABLE pushed_jwks (
    client TEXT PRIMARY KEY,
    jwks TEXT NOT NULL,             -- JSON of a JWK set
    pushed_at_ms INTEGER NOT NULL   -- epoch ms
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE retired_jwk (
    client TEXT NOT NULL,
    kid TEXT NOT NULL,
    jwk TEXT NOT NULL,              -- JSON
    not_after_ms INTEGER NOT NULL,  -- epoch ms
    PRIMARY KEY (client, kid)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE discovered_jwks (
    url TEXT NOT NULL,
    issuer TEXT NOT NULL,
    jwks TEXT,                      -- JSON of a JWK set; NULL until one was read
    read_at_ms INTEGER,             -- epoch ms, of the set
    tried_at_ms INTEGER NOT NULL,   -- epoch ms
    PRIMARY KEY (url, issuer)
  ) STRICT, WITHOUT ROWID;
  `,
]
