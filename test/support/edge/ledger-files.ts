/**
 * Reads the worker's ledgers from disk, without the worker.
 *
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** An issued certificate. */
export interface LedgerRow {
  /** The uid of the request that it was issued for. */
  readonly uid: string
  /** 40 hexadecimal digits in lower case. */
  readonly serialNumber: string
}

const rowSchema = z.object({ uid: z.string(), serial: z.instanceof(Uint8Array) })

/**
 * Reads every ledger; the worker must have ended.
 *
 * @param directory - The signer's directory (`startEdgeSigner`).
 */
export async function readLedgerFiles(directory: string): Promise<readonly LedgerRow[]> {
  const root = join(directory, 'worker', 'ledger')
  const files = (await readdir(root, { recursive: true })).filter((file) =>
    /(^|\/)Ledger\/[0-9a-f]+\.sqlite$/.test(file),
  )
  return files.flatMap((file) => {
    using database = new DatabaseSync(join(root, file), { readOnly: true })
    const rows = database.prepare('SELECT uid, serial FROM issuance').all()
    return rows.map((row) => {
      const { uid, serial } = rowSchema.parse(row)
      return { uid, serialNumber: Buffer.from(serial).toString('hex') }
    })
  })
}
