/**
 * `GET {publicUrl}/v1/admin/certificates` and `…/export`: what was issued.
 *
 * @module
 */
import {
  certificatesListQuerySchema,
  type CertificatesPage,
  certificatesQuerySchema,
  type CertificatesQuery,
  type CertificateSummary,
  err,
  ok,
  type Result,
} from '@edge-issuer/shared'
import type { Handler } from 'hono'
import type { LedgerCertificate, LedgerRefusal } from '../../../ledger/messages.ts'
import type { CertificateFilter } from '../../../storage/certificate-filter.ts'
import { type AppContext, type AppEnv, addLogFields } from '../../context.ts'
import { answer, refuse, refuseForAll } from '../../respond.ts'
import { ledgerCursorSchema } from './cursor.ts'
import { listIndexed } from './indexed.ts'
import { type Page, readPage, type ReadPart } from './pages.ts'
import { readMembers, readSlice } from './query.ts'
import { withoutRenewed } from './renewed.ts'
import { selectLedgers } from './select-ledgers.ts'

/** Answers with a page of what the query asks for; refuses with `query_malformed`. */
export const listCertificates: Handler<AppEnv> = async (c) => {
  const read = readMembers(new URL(c.req.url).searchParams, certificatesListQuerySchema)
  if (!read.ok) return refuse(c, read.error)
  const { direct, ...query } = read.value
  const page = direct === undefined ? await listIndexed(c, query) : await listDirect(c, query)
  if (!page.ok) return refuseForAll(c, page.error)
  addLogFields(c, { outcome: 'listed' })
  return answer(c, 200, page.value)
}

/** The same with all that is recorded, for keeping; always from the ledgers. */
export const exportCertificates: Handler<AppEnv> = async (c) => {
  const query = readMembers(new URL(c.req.url).searchParams, certificatesQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const page = await readIssuances(
    c,
    query.value,
    (filter) => async (object, part) => object.exportIssuances(filter, part),
  )
  if (!page.ok) return refuseForAll(c, page.error)
  addLogFields(c, { outcome: 'listed' })
  // The origin says who asked.
  const records = page.value.items.map(
    ({ lineage: _lineage, requester: _requester, ...record }) => record,
  )
  return answer(c, 200, { records, next: page.value.next })
}

async function listDirect(
  c: AppContext,
  query: CertificatesQuery,
): Promise<Result<CertificatesPage, LedgerRefusal>> {
  const page = await readIssuances(
    c,
    query,
    (filter) => async (object, part) => object.listIssuances(filter, part),
  )
  if (!page.ok) return page
  const isAdmin = c.get('admin').holder.role === 'admin'
  const certificates = page.value.items.map((item) => toSummary(item, isAdmin))
  return ok({ certificates, next: page.value.next })
}

type Owned<Item> = Page<Item>['items'][number]

async function readIssuances<Item extends LedgerCertificate>(
  c: AppContext,
  query: CertificatesQuery,
  readPart: (filter: CertificateFilter) => ReadPart<Item>,
): Promise<Result<Page<Item>, LedgerRefusal>> {
  const { issuer, client, limit: _limit, cursor: _cursor, ...filter } = query
  const slice = readSlice(query, ledgerCursorSchema)
  if (!slice.ok) return err({ refusals: [slice.error] })
  const ledgers = await selectLedgers(c, { issuer, client })
  if (!ledgers.ok) return ledgers
  const order = { ledgers: ledgers.value, ...slice.value }
  const page = await readPage(c.env, order, readPart(filter))
  if (!page.ok || filter.current === undefined) return page
  const items = await withoutRenewed(c.env, ledgers.value, page.value.items)
  return items.ok ? ok({ items: items.value, next: page.value.next }) : items
}

/** @param isAdmin - Whether the answer says who asked; groups are in the whole certificate only. */
function toSummary(certificate: Owned<LedgerCertificate>, isAdmin: boolean): CertificateSummary {
  const { issuer, client, serialNumber, uid, profile, subject, subjectAltNames } = certificate
  const { notBefore, notAfter, issuedAt, requester } = certificate
  const { groups: _groups, ...asker } = requester
  return {
    issuer,
    client,
    serialNumber,
    uid,
    profile,
    subject,
    subjectAltNames,
    notBefore,
    notAfter,
    issuedAt,
    ...(isAdmin ? { requester: asker } : {}),
  }
}
