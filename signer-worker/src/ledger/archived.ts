/**
 * What remains of certificates whose records were archived: enough to never sign for their uids again.
 *
 * @module
 */
import { reversed, searchNames } from '../storage/search-names.ts'
import type { ExpiredRow } from './records.ts'
import { storedNames } from './stored-names.ts'
import { dropIssuance } from './tokens.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A uid as a key: 16 bytes for a UUID as Kubernetes writes it, otherwise its text. */
const toKey = (uid: string): string | Uint8Array =>
  UUID.test(uid) ? Buffer.from(uid.replaceAll('-', ''), 'hex') : uid

/** Whether a uid has a certificate whose record was archived. */
export const isArchived = (sql: SqlStorage, uid: string): boolean =>
  sql.exec('SELECT 1 FROM archived WHERE uid = ?', toKey(uid)).toArray().length > 0

/** Replaces the rows of certificates by what must remain of them; the caller makes it one transaction. */
export function replaceByArchived(sql: SqlStorage, rows: readonly ExpiredRow[]): void {
  for (const { seq, record, names, certificate, requestDigest, serial } of rows) {
    sql.exec(
      'INSERT INTO archived (uid, request_digest, serial) VALUES (?, ?, ?)',
      toKey(record.uid),
      requestDigest,
      serial,
    )
    const { commonNames, subjectAltNames } = storedNames(names, certificate)
    for (const name of searchNames(commonNames, subjectAltNames)) {
      sql.exec('DELETE FROM issuance_name WHERE name = ? AND seq = ?', name, seq)
      sql.exec('DELETE FROM issuance_suffix WHERE reversed = ? AND seq = ?', reversed(name), seq)
    }
    dropIssuance(sql, seq)
  }
}
