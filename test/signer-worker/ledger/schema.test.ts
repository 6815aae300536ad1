/**
 * A ledger as version 1 of the schema left it, brought up to date.
 */
import { describe, it } from 'vitest'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { listIssuances } from '../../../signer-worker/src/ledger/records.ts'
import { migrate, SCHEMA_VERSION } from '../../../signer-worker/src/ledger/schema.ts'
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

const request = anIssueRequest({ dnsName: 'Old.example' })

/** Puts the ledger of a client back to version 1, with one certificate in it. */
async function makeOld(client: string): Promise<void> {
  const { order, origin, requestDigest } = request
  if (!order.ok) throw new Error('the request keeps to every rule')
  const { ca, key } = issuerOf('default').active
  const serialNumber = new Uint8Array(20).fill(0x42)
  const certificate = issueCertificate(order.value.plan, ca, { key, serialNumber })
  await withLedger(client, ({ sql }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_%' ESCAPE '\\' OR name = 'issuance_name'",
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
        subjectAltNames: ['DNS:Old.example', 'DNS:old.example', 'IP:10.0.0.1'],
      }),
      JSON.stringify(origin),
    )
  })
}

describe('a ledger of version 1', () => {
  it('keeps what it has, and is found by name after', async ({ expect }) => {
    await makeOld('old')
    const found = await withLedger('old', (storage) => {
      migrate(storage)
      return ['old.example', '10.0.0.1', 'other.example'].map((name) =>
        listIssuances(storage.sql, { name }, { after: 0, limit: 10 }).items.map(({ uid }) => uid),
      )
    })
    const { uid } = request.origin
    expect(found).toEqual([[uid], [uid], []])
    expect(await queryLedger('old', "SELECT value FROM meta WHERE key = 'schema_version'")).toEqual(
      [{ value: SCHEMA_VERSION }],
    )
  })

  it('gives the same certificate again, and issues new ones', async ({ expect }) => {
    await makeOld('continued')
    await withLedger('continued', migrate)
    expect(await issue('continued', request)).toMatchObject({
      ok: true,
      value: { serialNumber: '42'.repeat(20), replayed: true },
    })
    expect(await issue('continued', anIssueRequest())).toMatchObject({
      ok: true,
      value: { replayed: false },
    })
  })
})
