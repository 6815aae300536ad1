/**
 * Reads the ledger's files with SQLite, without the worker.
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A recorded certificate. */
export interface LedgerRow {
  readonly uid: string
  /** DER as lower-case hexadecimal. */
  readonly certificate: string
}

/**
 * Every row of every object's ledger.
 *
 * @param directory - The storage of a worker that has ended.
 */
export async function readLedgerFiles(directory: string): Promise<readonly LedgerRow[]> {
  const files = (await readdir(directory, { recursive: true })).filter(
    // Beside them are workerd's own database of alarms, and objects of other classes.
    (file) => /(^|\/)Ledger\/[0-9a-f]+\.sqlite$/.test(file),
  )
  return files.flatMap((file) => {
    using database = new DatabaseSync(join(directory, file))
    const rows = database
      .prepare('SELECT uid, lower(hex(certificate)) AS certificate FROM issuance')
      .all()
    return rows.map((row) => ({
      uid: String(row['uid']),
      certificate: String(row['certificate']),
    }))
  })
}
