/**
 * A data directory as workerd leaves it, with ledgers that a test chooses.
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openData } from '../../../cli/src/server/data-directory.ts'
import { LEDGER_MIGRATIONS } from '../../../signer-worker/src/ledger/schema.ts'

/** The worker of {@link makeData}. */
export const PUBLIC_URL = 'https://ca.example.com'

/** Certificates by client: each client has one ledger. */
export type Ledgers = Readonly<Record<string, number>>

/** Makes the record, and a ledger for each client. */
export async function makeData(
  directory: string,
  ledgers: Ledgers,
  publicUrl = PUBLIC_URL,
): Promise<void> {
  const opened = await openData(directory, { publicUrl, version: '0.0.0', nowMs: 0 })
  if (!opened.ok) throw new Error(opened.error)
  for (const [index, [client, count]] of Object.entries(ledgers).entries()) {
    issue(directory, client, { number: index + 1, count })
  }
}

/** Path of a client's ledger. */
export const ledgerPath = (directory: string, client: string): string =>
  join(directory, 'ledger/Ledger', `${createHash('sha256').update(client).digest('hex')}.sqlite`)

/** Adds certificates to a client's ledger. */
export function issue(
  directory: string,
  client: string,
  { number = 1, count }: { readonly number?: number; readonly count: number },
): void {
  inLedger(directory, client, (database) => {
    const [table] = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'issuance'").all()
    if (table === undefined) {
      database.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER) STRICT')
      for (const step of LEDGER_MIGRATIONS) database.exec(step)
      database.exec("INSERT INTO authority VALUES (1, 'a', '', '')")
      database
        .prepare('INSERT INTO registration (number, issuer, client, shard) VALUES (?, ?, ?, 0)')
        .run(number, 'default', client)
    }
    const insert = database.prepare(`
      INSERT INTO issuance (uid, request_digest, serial, certificate, authority, profile, not_before_seconds,
        not_after_seconds, names, issued_at_ms, origin, key_id, signature_base, signature)
      VALUES (?, zeroblob(32), randomblob(20), randomblob(700), 1, 'default', 0, 1, '{}', ?, '{}', 'k', 'b',
        zeroblob(64))`)
    for (let index = 0; index < count; index += 1) {
      insert.run(crypto.randomUUID(), Date.UTC(2026, 10, 30) + index)
    }
  })
}

/** Serial numbers of a client's ledger, in order. */
export const serialsOf = (directory: string, client: string): readonly unknown[] =>
  inLedger(directory, client, (database) =>
    database.prepare('SELECT seq, hex(serial) AS serial FROM issuance ORDER BY seq').all(),
  )

/** Opens a client's ledger, as a worker does. */
export function inLedger<T>(
  directory: string,
  client: string,
  use: (database: DatabaseSync) => T,
): T {
  const path = ledgerPath(directory, client)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = WAL')
    return use(database)
  } finally {
    database.close()
  }
}
