/**
 * The ledger's tables. Rows of `issuance` are written once and never changed.
 *
 * @module
 */

/**
 * Steps from one version of the schema to the next; the n-th makes version n. A step that was
 * released is never edited: a change is a new step.
 */
const MIGRATIONS: readonly string[] = [
  `
  -- A chain as it was when certificates were issued under it: a replay must answer with the same one.
  CREATE TABLE authority (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,        -- of the issuing CA's certificate, hexadecimal
    intermediates TEXT NOT NULL, -- PEM, appended to a leaf
    root TEXT NOT NULL           -- PEM
  ) STRICT;

  CREATE TABLE issuance (
    seq INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,            -- the idempotency key
    request_digest BLOB NOT NULL,        -- SHA-256 of the canonical request
    serial BLOB NOT NULL UNIQUE,         -- 20 octets
    certificate BLOB NOT NULL,           -- DER
    authority INTEGER NOT NULL REFERENCES authority (id),
    profile TEXT NOT NULL,
    not_before_seconds INTEGER NOT NULL, -- epoch seconds, as in the certificate
    not_after_seconds INTEGER NOT NULL,
    clamped TEXT,                        -- 'profile', 'issuer' or NULL
    names TEXT NOT NULL,                 -- JSON: subject and subject alternative names
    issued_at_ms INTEGER NOT NULL,       -- epoch ms
    origin TEXT NOT NULL,                -- JSON: who asked, in Kubernetes
    key_id TEXT NOT NULL,                -- of the client's key that signed the request
    signature_base TEXT NOT NULL,        -- RFC 9421: what it signed, with the digest of the body
    signature BLOB NOT NULL              -- Ed25519, 64 octets
  ) STRICT;
  `,
]

/**
 * Brings an object's tables to the newest version. Synchronous, and one transaction: an object that
 * stops anywhere in here begins again from the version it had.
 */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER) STRICT')
    const [row] = sql
      .exec<{ value: number }>("SELECT value FROM meta WHERE key = 'schema_version'")
      .toArray()
    const version = row?.value ?? 0
    if (version > MIGRATIONS.length) {
      throw new Error(
        `the ledger has schema version ${String(version)}; this worker knows up to ${String(MIGRATIONS.length)}`,
      )
    }
    for (const step of MIGRATIONS.slice(version)) sql.exec(step)
    sql.exec(
      "INSERT OR REPLACE INTO meta (key, value) VALUES ('schema_version', ?)",
      MIGRATIONS.length,
    )
  })
}
