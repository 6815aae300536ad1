/**
 * What a query for certificates means in SQL: for the ledger, and for the index, whose columns have the same names.
 *
 * @module
 */
import type { CertificatesQuery } from '@edge-issuer/shared'
import { fromHex } from '@edge-issuer/shared/x509'
import { type Condition, nameConditions, type NameTables } from './search-names.ts'

/** What certificates must be like to be listed. Every member that is there must hold. */
export type CertificateFilter = Omit<CertificatesQuery, 'issuer' | 'client' | 'limit' | 'cursor'>

/** What differs between the tables of a ledger and those of an index. */
export interface FilteredTables extends NameTables {
  /** Condition of certificates that are not renewed. */
  readonly notRenewed: string
}

const seconds = (time: string): number => Date.parse(time) / 1000

/** @returns What each member of a filter means. */
export function filterConditions(
  filter: CertificateFilter,
  tables: FilteredTables,
): readonly Condition[] {
  const { serialNumber, uid, name, namespace, current } = filter
  const { issuedAfter, issuedBefore, expiresAfter, expiresBefore } = filter
  const conditions: (Condition | undefined)[] = [
    serialNumber === undefined
      ? undefined
      : ['serial = ?', new Uint8Array(fromHex(serialNumber)).buffer],
    uid === undefined ? undefined : ['uid = ?', uid],
    ...(name === undefined ? [] : nameConditions(name, tables)),
    namespace === undefined ? undefined : ['namespace = ?', namespace],
    current === undefined ? undefined : [tables.notRenewed],
    issuedAfter === undefined ? undefined : ['issued_at_ms >= ?', Date.parse(issuedAfter)],
    issuedBefore === undefined ? undefined : ['issued_at_ms < ?', Date.parse(issuedBefore)],
    expiresAfter === undefined ? undefined : ['not_after_seconds >= ?', seconds(expiresAfter)],
    expiresBefore === undefined ? undefined : ['not_after_seconds < ?', seconds(expiresBefore)],
  ]
  return conditions.filter((condition) => condition !== undefined)
}
