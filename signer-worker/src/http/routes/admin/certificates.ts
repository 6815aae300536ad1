/**
 * `GET {publicUrl}/v1/admin/certificates`, `…/certificates/{serialNumber}` and `…/export`: what was issued.
 *
 * @module
 */
import {
  certificateQuerySchema,
  certificatesQuerySchema,
  type CertificateSummary,
  ok,
  SERIAL_NUMBER_PATTERN,
} from '@edge-issuer/shared'
import type { Handler } from 'hono'
import type { IssuanceFilter, LedgerCertificate } from '../../../ledger/messages.ts'
import { type AppContext, type AppEnv, addLogFields } from '../../context.ts'
import { answer, refuse, refuseForAll } from '../../respond.ts'
import { type Page, readPage, type ReadPart } from './pages.ts'
import { readMembers, readQuery } from './query.ts'
import { withoutRenewed } from './renewed.ts'
import { selectLedgers } from './select-ledgers.ts'

/** Answers with a page of what the query asks for; refuses with `query_malformed`. */
export const listCertificates: Handler<AppEnv> = async (c) => {
  const page = await readIssuances(
    c,
    (filter) => async (object, part) => object.listIssuances(filter, part),
  )
  if (page instanceof Response) return page
  const isAdmin = c.get('admin').holder.role === 'admin'
  const certificates = page.items.map((item) => toSummary(item, isAdmin))
  return answer(c, 200, { certificates, next: page.next })
}

/** The same with all that is recorded, for keeping. */
export const exportCertificates: Handler<AppEnv> = async (c) => {
  const page = await readIssuances(
    c,
    (filter) => async (object, part) => object.exportIssuances(filter, part),
  )
  if (page instanceof Response) return page
  // The origin says who asked.
  const records = page.items.map(
    ({ lineage: _lineage, requester: _requester, ...record }) => record,
  )
  return answer(c, 200, { records, next: page.next })
}

/** Answers with one certificate; refuses with `certificate_unknown`. */
export const showCertificate: Handler<AppEnv, '/:serialNumber'> = async (c) => {
  const serialNumber = c.req.param('serialNumber')
  const query = readMembers(new URL(c.req.url).searchParams, certificateQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const ledgers = await selectLedgers(c.env, c.get('config'), query.value)
  if (!ledgers.ok) return refuseForAll(c, ledgers.error)
  const order = { ledgers: ledgers.value, cursor: undefined, limit: 1 }
  const page = SERIAL_NUMBER_PATTERN.test(serialNumber)
    ? await readPage(c.env, order, async (object, part) =>
        object.listIssuances({ serialNumber }, part),
      )
    : ok({ items: [] })
  if (!page.ok) return refuseForAll(c, page.error)
  const [certificate] = page.value.items
  if (certificate === undefined) {
    const detail = `no certificate has the serial number ${JSON.stringify(serialNumber.slice(0, 80))}`
    return refuse(c, { code: 'certificate_unknown', detail })
  }
  addLogFields(c, { serialNumber, outcome: 'shown' })
  const { lineage: _lineage, requester, ...detail } = certificate
  return answer(c, 200, c.get('admin').holder.role === 'admin' ? { ...detail, requester } : detail)
}

type Owned<Item> = Page<Item>['items'][number]

async function readIssuances<Item extends LedgerCertificate>(
  c: AppContext,
  readPart: (filter: IssuanceFilter) => ReadPart<Item>,
): Promise<Page<Item> | Response> {
  const read = readQuery(new URL(c.req.url).searchParams, certificatesQuerySchema)
  if (!read.ok) return refuse(c, read.error)
  const { query, cursor, limit } = read.value
  const { issuer, client, limit: _limit, cursor: _cursor, ...filter } = query
  const ledgers = await selectLedgers(c.env, c.get('config'), { issuer, client })
  if (!ledgers.ok) return refuseForAll(c, ledgers.error)
  const order = { ledgers: ledgers.value, cursor, limit }
  const page = await readPage(c.env, order, readPart(filter))
  if (!page.ok) return refuseForAll(c, page.error)
  addLogFields(c, { outcome: 'listed' })
  if (filter.current === undefined) return page.value
  const items = await withoutRenewed(c.env, ledgers.value, page.value.items)
  return items.ok ? { items: items.value, next: page.value.next } : refuseForAll(c, items.error)
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
