/**
 * Lists from the indexes, one for each issuer: by issuer, ledger and place in the ledger, as the ledgers themselves
 * are listed.
 *
 * @module
 */
import {
  type CertificatesPage,
  type CertificatesQuery,
  type CertificateSummary,
  err,
  ok,
  type Refusal,
  type Result,
} from '@edge-issuer/shared'
import { indexOf } from '../../../index/client.ts'
import type { IndexedCertificate, IndexPage, IndexQuery } from '../../../index/messages.ts'
import type { LedgerRefusal } from '../../../ledger/messages.ts'
import { toRfc3339 } from '../../../model/rfc3339.ts'
import type { AppContext } from '../../context.ts'
import { indexCursorSchema, writeCursor } from './cursor.ts'
import { readSlice } from './query.ts'
import { selectIssuers } from './select-ledgers.ts'

const UNAVAILABLE: Refusal = {
  code: 'ledger_unavailable',
  detail: 'the index of certificates did not respond; retry, or ask the ledgers with direct=true',
}

const CURSOR_OF_NONE: Refusal = {
  code: 'query_malformed',
  detail: 'cursor: the query does not select its issuer; begin again without a cursor',
}

/**
 * Asks one index after the other until the page is full.
 *
 * @returns The page, complete up to its `indexedThrough`; `query_malformed`, or that an index did not respond.
 */
export async function listIndexed(
  c: AppContext,
  query: CertificatesQuery,
): Promise<Result<CertificatesPage, LedgerRefusal>> {
  const { issuer: wanted, client, limit: _limit, cursor: _cursor, ...filter } = query
  const slice = readSlice(query, indexCursorSchema)
  if (!slice.ok) return err({ refusals: [slice.error] })
  const issuers = await selectIssuers(c, { issuer: wanted, client })
  if (!issuers.ok) return issuers
  const { cursor, limit } = slice.value
  const first = cursor === undefined ? 0 : issuers.value.indexOf(cursor.issuer)
  if (first < 0) return err({ refusals: [CURSOR_OF_NONE] })

  const certificates: CertificateSummary[] = []
  const isAdmin = c.get('admin').holder.role === 'admin'
  let throughMs = Date.now()
  let next: string | null = null
  for (const issuer of issuers.value.slice(first)) {
    if (certificates.length === limit) {
      next = writeCursor({ issuer, ledger: 0, seq: 0 })
      break
    }
    const after = issuer === cursor?.issuer ? cursor : undefined
    const rest = limit - certificates.length
    const page = await askIndex(c.env, issuer, { client, filter, after, limit: rest })
    if (!page.ok) return page
    for (const item of page.value.items) certificates.push(toSummary(item, issuer, isAdmin))
    throughMs = Math.min(throughMs, page.value.throughMs)
    if (page.value.next !== undefined) {
      next = writeCursor({ issuer, ...page.value.next })
      break
    }
  }
  return ok({ certificates, next, indexedThrough: toRfc3339(throughMs) })
}

/** @returns A page of one issuer's index; or that it did not respond. */
export const askIndex = async (
  env: Env,
  issuer: string,
  query: IndexQuery,
): Promise<Result<IndexPage, LedgerRefusal>> =>
  orIndexUnavailable(async () => indexOf(env, issuer).list(query))

/** Asks an index; every failure of it is temporary. */
export async function orIndexUnavailable<T>(
  ask: () => Promise<T>,
): Promise<Result<T, LedgerRefusal>> {
  try {
    return ok(await ask())
  } catch (error) {
    return err({ refusals: [UNAVAILABLE], reason: String(error) })
  }
}

/** @param isAdmin - Whether the answer says who asked. */
function toSummary(
  { ledger: _ledger, requester, ...certificate }: IndexedCertificate,
  issuer: string,
  isAdmin: boolean,
): CertificateSummary {
  return { issuer, ...certificate, ...(isAdmin ? { requester } : {}) }
}
