/**
 * A ledger with many certificates, made from one that was issued.
 *
 * @module
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Copies the one certificate of a ledger, each time with another uid and serial number.
 *
 * @param folder - Of the class Ledger, of a worker that has ended and has issued one certificate.
 * @param certificates - How many there are afterwards.
 */
export async function fillLedger(folder: string, certificates: number): Promise<void> {
  const name = (await readdir(folder)).find((file) => /^[0-9a-f]{64}\.sqlite$/.test(file))
  if (name === undefined) throw new Error('the worker has no ledger')
  using database = new DatabaseSync(join(folder, name))
  const columns = database
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all('issuance')
    .map((row) => String(row['name']))
    .filter((column) => !['seq', 'uid', 'serial'].includes(column))
    .join(', ')
  database.exec(`
    BEGIN;
    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${String(certificates)})
      INSERT INTO issuance (seq, uid, serial, ${columns})
      SELECT n.i, 'bench-' || n.i, randomblob(20), ${columns} FROM n, issuance WHERE seq = 1;
    INSERT INTO issuance_name (name, seq)
      SELECT name, issuance.seq FROM issuance, issuance_name AS one WHERE one.seq = 1 AND issuance.seq > 1;
    INSERT OR REPLACE INTO meta (key, value) VALUES ('acknowledged', ${String(certificates)});
    COMMIT;
  `)
}

/** @returns The size of all files below a folder, in bytes. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
