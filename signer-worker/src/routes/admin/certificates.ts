/**
 * `GET {publicUrl}/v1/admin/certificates`, `…/certificates/{serialNumber}` and `…/export`: what was issued.
 *
 * @module
 */
import {
  type CertificateDetail,
  certificatesQuerySchema,
  type CertificateSummary,
  ok,
  SERIAL_NUMBER_PATTERN,
} from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { type AppContext, type AppEnv, note } from '../../context.ts'
import type { IssuanceFilter } from '../../ledger/messages.ts'
import { answer, refuse, refuseForAll } from '../../respond.ts'
import { type Page, readPage, type ReadPart, selectLedgers } from './ledgers.ts'
import { readQuery } from './query.ts'

/** Answers with a page of what the query asks for; refuses with `query_malformed`. */
export const listCertificates: Handler<AppEnv> = async (c) => {
  const page = await readIssuances(
    c,
    (filter) => async (object, part) => object.listIssuances(filter, part),
  )
  if (page instanceof Response) return page
  return answer(c, 200, { certificates: page.items.map(toSummary), next: page.next })
}

/** The same with all that is recorded, for keeping. */
export const exportCertificates: Handler<AppEnv> = async (c) => {
  const page = await readIssuances(
    c,
    (filter) => async (object, part) => object.exportIssuances(filter, part),
  )
  if (page instanceof Response) return page
  return answer(c, 200, { records: [...page.items], next: page.next })
}

/** Answers with one certificate; refuses with `certificate_unknown`. */
export const showCertificate: Handler<AppEnv, '/:serialNumber'> = async (c) => {
  const serialNumber = c.req.param('serialNumber')
  const ledgers = selectLedgers(c.get('config'), {})
  const page = SERIAL_NUMBER_PATTERN.test(serialNumber)
    ? await readPage(c.env, { ledgers, cursor: undefined, limit: 1 }, async (object, part) =>
        object.listIssuances({ serialNumber }, part),
      )
    : ok({ items: [] })
  if (!page.ok) return refuseForAll(c, page.error)
  const [certificate] = page.value.items
  if (certificate === undefined) {
    const detail = `no certificate has the serial number ${JSON.stringify(serialNumber.slice(0, 80))}`
    return refuse(c, { code: 'certificate_unknown', detail })
  }
  note(c, { serialNumber, outcome: 'shown' })
  return answer(c, 200, certificate)
}

async function readIssuances<Item>(
  c: AppContext,
  readPart: (filter: IssuanceFilter) => ReadPart<Item>,
): Promise<Page<Item> | Response> {
  const read = readQuery(new URL(c.req.url).searchParams, certificatesQuerySchema)
  if (!read.ok) return refuse(c, read.error)
  const { query, cursor, limit } = read.value
  const { issuer, client, limit: _limit, cursor: _cursor, ...filter } = query
  const ledgers = selectLedgers(c.get('config'), { issuer, client })
  const page = await readPage(c.env, { ledgers, cursor, limit }, readPart(filter))
  if (!page.ok) return refuseForAll(c, page.error)
  note(c, { outcome: 'listed' })
  return page.value
}

function toSummary(certificate: CertificateDetail): CertificateSummary {
  const { issuer, client, serialNumber, uid, profile, subject, subjectAltNames } = certificate
  const { notBefore, notAfter, issuedAt } = certificate
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
  }
}
