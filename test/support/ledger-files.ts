/**
 * Reads the ledger's files with SQLite, without the worker.
 * @module
 */
import { queryObjects } from './object-files.ts'

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
  const query = 'SELECT uid, lower(hex(certificate)) AS certificate FROM issuance'
  const rows = await queryObjects(directory, 'Ledger', query)
  return rows.map((row) => ({ uid: String(row['uid']), certificate: String(row['certificate']) }))
}
