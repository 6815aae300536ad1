/**
 * The ledger's tables. Rows of `issuance` are written once and never changed; `seq` has no gaps but those of
 * archived certificates, and the last row always stays.
 *
 * @module
 */

/** Steps from one version of the schema to the next. */
export const LEDGER_MIGRATIONS: readonly string[] = [
  // A chain as it was when certificates were issued under it: a replay must answer with the same one.
  `
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
    serial BLOB NOT NULL UNIQUE,         -- 20 bytes
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
    signature BLOB NOT NULL              -- Ed25519, 64 bytes
  ) STRICT;
  `,
  `
  CREATE INDEX issuance_by_not_after ON issuance (not_after_seconds);
  CREATE INDEX issuance_by_issued_at ON issuance (issued_at_ms);
  ` +
    // Common names and subject alternative names, without prefix and in lower case, to find certificates by.
    `
  CREATE TABLE issuance_name (
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (name, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO issuance_name (name, seq)
    SELECT lower(substr(value, instr(value, ':') + 1)), seq
    FROM issuance, json_each(names, '$.subjectAltNames');
  ` +
    // Nonces of signatures that were used in the last minutes.
    `
  CREATE TABLE nonce (
    nonce BLOB PRIMARY KEY,      -- 16 bytes
    used_at_ms INTEGER NOT NULL  -- epoch ms
  ) STRICT, WITHOUT ROWID;
  ` +
    // The last requests that were refused. The oldest rows make room for new ones.
    `
  CREATE TABLE refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,      -- epoch ms
    uid TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL         -- every reason
  ) STRICT;
  ` +
    // What happened how often: 'replayed', or 'refused:' and a code.
    `
  CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // The body of the request as it was sent, which the signature covers; NULL in rows from before this step.
  `
  ALTER TABLE issuance ADD COLUMN body BLOB;
  ` +
    // JSON: what was asked for and not certified, and what verifiers may refuse, a sentence each.
    `
  ALTER TABLE issuance ADD COLUMN ignored TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE issuance ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]';
  `,
  `
  ALTER TABLE issuance ADD COLUMN namespace TEXT
    GENERATED ALWAYS AS (json_extract(origin, '$.namespace')) VIRTUAL;
  CREATE INDEX issuance_by_namespace ON issuance (namespace);
  ` +
    // Which certificates renew each other: those for requests of one kind and namespace whose names are the
    // same; that of a CertificateRequest without its revision, the number that cert-manager appends to the name of
    // the Certificate. A command line has no namespace, so the user counts there.
    `
  ALTER TABLE issuance ADD COLUMN lineage TEXT GENERATED ALWAYS AS (json_array(
    json_extract(origin, '$.kind'),
    json_extract(origin, '$.namespace'),
    CASE json_extract(origin, '$.kind')
      WHEN 'CommandLine' THEN json_extract(origin, '$.username') ELSE '' END,
    CASE WHEN json_extract(origin, '$.kind') = 'CertificateRequest'
        AND substr(rtrim(json_extract(origin, '$.name'), '0123456789'), -1) = '-'
      THEN rtrim(json_extract(origin, '$.name'), '0123456789')
      ELSE json_extract(origin, '$.name') END
  )) VIRTUAL;
  CREATE INDEX issuance_by_lineage ON issuance (lineage);
  ` +
    // Values of other names, such as user principal names: OID;FORM:value was recorded as it is.
    `
  INSERT OR IGNORE INTO issuance_name (name, seq)
    SELECT substr(tail, instr(tail, ':') + 1), seq FROM (
      SELECT substr(name, instr(name, ';') + 1) AS tail, seq FROM issuance_name
      WHERE name GLOB '[0-2].[0-9]*;*:*'
    );
  ` +
    // The same names backwards, to find them by their end.
    `
  CREATE TABLE issuance_suffix (
    reversed TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (reversed, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO issuance_suffix (reversed, seq)
    SELECT (
      WITH RECURSIVE backwards (at, text) AS (
        SELECT length(name), '' UNION ALL
        SELECT at - 1, text || substr(name, at, 1) FROM backwards WHERE at > 0
      ) SELECT text FROM backwards WHERE at = 0
    ), seq FROM issuance_name;
  `,
  // One row: which ledger this is, with its number in the directory. An alarm has no request that says it.
  `
  CREATE TABLE registration (
    number INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,
    client TEXT NOT NULL,
    shard INTEGER NOT NULL
  ) STRICT;
  `,
  // ServiceAccount tokens: each once, and not in the signature bases of its requests.
  `
  CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    token TEXT NOT NULL
  ) STRICT;
  ALTER TABLE issuance ADD COLUMN token_id INTEGER REFERENCES token (id);
  `,
  // What remains of a certificate whose record was archived. Its uid is never signed for again.
  `
  CREATE TABLE archived (
    uid ANY PRIMARY KEY,           -- 16 bytes of a UUID, or text
    request_digest BLOB NOT NULL,  -- SHA-256 of the canonical request
    serial BLOB NOT NULL           -- 20 bytes
  ) STRICT, WITHOUT ROWID;
  `,
  'CREATE INDEX issuance_by_token ON issuance (token_id) WHERE token_id IS NOT NULL',
]
