/**
 * Ledgers as earlier versions of the schema left them, brought up to date.
 */
import { describe, it } from 'vitest'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { exportIssuances, listIssuances } from '../../../signer-worker/src/ledger/records.ts'
import { LEDGER_MIGRATIONS } from '../../../signer-worker/src/ledger/schema.ts'
import { migrate } from '../../../signer-worker/src/storage/migrate.ts'
import { anIssueRequest, issue, issuerOf } from '../support/issue-request.ts'
import { queryLedger, withLedger } from '../support/ledger.ts'

/** The tables as they were: never to be changed with the code. */
const VERSION_1 = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER) STRICT;
  INSERT INTO meta VALUES ('schema_version', 1);
  CREATE TABLE authority (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, intermediates TEXT NOT NULL, root TEXT NOT NULL
  ) STRICT;
  CREATE TABLE issuance (
    seq INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, request_digest BLOB NOT NULL,
    serial BLOB NOT NULL UNIQUE, certificate BLOB NOT NULL,
    authority INTEGER NOT NULL REFERENCES authority (id), profile TEXT NOT NULL,
    not_before_seconds INTEGER NOT NULL, not_after_seconds INTEGER NOT NULL, clamped TEXT,
    names TEXT NOT NULL, issued_at_ms INTEGER NOT NULL, origin TEXT NOT NULL, key_id TEXT NOT NULL,
    signature_base TEXT NOT NULL, signature BLOB NOT NULL
  ) STRICT;
`

const migrateLedger = (storage: DurableObjectStorage): void => {
  migrate(storage, LEDGER_MIGRATIONS)
}

const request = anIssueRequest({ dnsName: 'Old.example' })

/** What version 2 added. */
const VERSION_2 = `
  UPDATE meta SET value = 2 WHERE key = 'schema_version';
  CREATE INDEX issuance_by_not_after ON issuance (not_after_seconds);
  CREATE INDEX issuance_by_issued_at ON issuance (issued_at_ms);
  CREATE TABLE issuance_name (
    name TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (name, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO issuance_name (name, seq)
    SELECT lower(substr(value, instr(value, ':') + 1)), seq
    FROM issuance, json_each(names, '$.subjectAltNames');
  CREATE TABLE nonce (nonce BLOB PRIMARY KEY, used_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO nonce VALUES (x'00', 1);
  CREATE TABLE refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, uid TEXT NOT NULL,
    namespace TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL
  ) STRICT;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counter VALUES ('replayed', 7);
`

/** What version 3 added. */
const VERSION_3 = `
  UPDATE meta SET value = 3 WHERE key = 'schema_version';
  ALTER TABLE issuance ADD COLUMN body BLOB;
  ALTER TABLE issuance ADD COLUMN ignored TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE issuance ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]';
`

/** Searches, and whether they find the certificate of {@link makeOld}. */
const FOUND_BY = [
  ['old.example', true],
  ['10.0.0.1', true],
  ['other.example', false],
  ['.example', true],
  ['DNS:*.example', true],
  ['.ample', false],
  ['alice@old.test', true],
  ['UPN:alice@old.test', true],
  ['email:alice@old.test', false],
] as const

/** Puts the ledger of a client back to an earlier version, with one certificate in it. */
async function makeOld(client: string, version: 1 | 2 | 3): Promise<void> {
  const { order, origin, requestDigest } = request
  if (!order.ok) throw new Error('the request keeps to every rule')
  const { ca, key } = issuerOf('default').active
  const serialNumber = new Uint8Array(20).fill(0x42)
  const certificate = issueCertificate(order.value.plan, ca, { key, serialNumber })
  await withLedger(client, ({ sql }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_%' ESCAPE '\\' OR name IN ('issuance_name', 'issuance_suffix')",
      )
      .toArray()
    for (const { name } of tables) sql.exec(`DROP TABLE IF EXISTS "${name}"`)
    sql.exec(VERSION_1)
    sql.exec("INSERT INTO authority VALUES (1, 'ca', '', 'root')")
    sql.exec(
      "INSERT INTO issuance VALUES (1, ?, ?, ?, ?, 1, 'default', 1, 2, NULL, ?, 3, ?, 'k', 'b', x'00')",
      origin.uid,
      requestDigest,
      serialNumber,
      certificate,
      JSON.stringify({
        subject: 'CN=Old.example',
        subjectAltNames: [
          'DNS:Old.example',
          'DNS:old.example',
          'IP:10.0.0.1',
          'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@old.test',
        ],
      }),
      JSON.stringify(origin),
    )
    if (version >= 2) sql.exec(VERSION_2)
    if (version >= 3) sql.exec(VERSION_3)
  })
}

describe.for([1, 2, 3] as const)('a ledger of version %i', (version) => {
  const named = (name: string): string => `${name}-${String(version)}`

  it('keeps what it has, and is found by name after', async ({ expect }) => {
    const client = named('old')
    await makeOld(client, version)
    const found = await withLedger(client, (storage) => {
      migrateLedger(storage)
      return FOUND_BY.map(([name]) =>
        listIssuances(storage.sql, { name }, { after: 0, limit: 10 }).items.map(({ uid }) => uid),
      )
    })
    const { uid } = request.origin
    expect(found).toEqual(FOUND_BY.map(([, isFound]) => (isFound ? [uid] : [])))
    expect(
      await queryLedger(client, "SELECT value FROM meta WHERE key = 'schema_version'"),
    ).toEqual([{ value: LEDGER_MIGRATIONS.length }])
  })

  it('is found by the namespace of its request', async ({ expect }) => {
    const client = named('placed')
    await makeOld(client, version)
    const { namespace, uid } = request.origin
    const found = await withLedger(client, (storage) => {
      migrateLedger(storage)
      return [namespace, 'elsewhere'].map((place) =>
        listIssuances(
          storage.sql,
          { namespace: place, current: 'true' },
          { after: 0, limit: 10 },
        ).items.map((item) => item.uid),
      )
    })
    expect(found).toEqual([[uid], []])
  })

  it('says of its certificates that the body was not kept', async ({ expect }) => {
    const client = named('bodiless')
    await makeOld(client, version)
    const page = await withLedger(client, (storage) => {
      migrateLedger(storage)
      return exportIssuances(storage.sql, {}, { after: 0, limit: 10 })
    })
    expect(page.items).toMatchObject([
      {
        serialNumber: '42'.repeat(20),
        ignored: [],
        warnings: [],
        origin: request.origin,
        evidence: { keyId: 'k', signatureBase: 'b', signature: 'AA==', body: null },
      },
    ])
  })

  it('keeps the bodies of new certificates', async ({ expect }) => {
    const client = named('bodies')
    await makeOld(client, version)
    await withLedger(client, migrateLedger)
    const next = anIssueRequest()
    await issue(client, next)
    const rows = await queryLedger(client, 'SELECT body FROM issuance ORDER BY seq')
    expect(rows).toEqual([{ body: null }, { body: new Uint8Array(next.body).buffer }])
  })

  it('gives the same certificate again, and issues new ones', async ({ expect }) => {
    const client = named('continued')
    await makeOld(client, version)
    await withLedger(client, migrateLedger)
    expect(await issue(client, request)).toMatchObject({
      ok: true,
      value: { serialNumber: '42'.repeat(20), ignored: [], warnings: [], replayed: true },
    })
    expect(await issue(client, anIssueRequest())).toMatchObject({
      ok: true,
      value: { replayed: false },
    })
  })
})

it('counters of version 2 go on', async ({ expect }) => {
  await makeOld('counting', 2)
  await withLedger('counting', migrateLedger)
  await issue('counting', request)
  expect(await queryLedger('counting', 'SELECT * FROM counter')).toEqual([
    { name: 'replayed', value: 8 },
  ])
})
