/**
 * `GET {publicUrl}/v1/admin/certificates/{serialNumber}`: one certificate, from the ledger that its serial number
 * names.
 *
 * @module
 */
import {
  certificateQuerySchema,
  type CertificateQuery,
  ok,
  type Result,
  SERIAL_NUMBER_PATTERN,
} from '@edge-issuer/shared'
import { fromHex } from '@edge-issuer/shared/x509'
import type { Handler } from 'hono'
import { ledgerNumberOf } from '../../../ca/serial.ts'
import type { RegisteredLedger } from '../../../directory/messages.ts'
import { askLedger } from '../../../ledger/client.ts'
import type { LedgerCertificate, LedgerRefusal } from '../../../ledger/messages.ts'
import { type AppContext, type AppEnv, addLogFields } from '../../context.ts'
import { answer, refuse, refuseForAll } from '../../respond.ts'
import { askIndex } from './indexed.ts'
import { readMembers } from './query.ts'
import { findLedger, selectIssuers } from './select-ledgers.ts'

/** Answers with one certificate; refuses with `certificate_unknown`. */
export const showCertificate: Handler<AppEnv, '/:serialNumber'> = async (c) => {
  const serialNumber = c.req.param('serialNumber')
  const query = readMembers(new URL(c.req.url).searchParams, certificateQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const found = SERIAL_NUMBER_PATTERN.test(serialNumber)
    ? await findCertificate(c, serialNumber, query.value)
    : ok(undefined)
  if (!found.ok) return refuseForAll(c, found.error)
  if (found.value === undefined) {
    const detail = `no certificate has the serial number ${JSON.stringify(serialNumber.slice(0, 80))}`
    return refuse(c, { code: 'certificate_unknown', detail })
  }
  addLogFields(c, { serialNumber, outcome: 'shown' })
  const { lineage: _lineage, requester, ...detail } = found.value
  return answer(c, 200, c.get('admin').holder.role === 'admin' ? { ...detail, requester } : detail)
}

type Found = LedgerCertificate & { readonly issuer: string; readonly client: string }

/**
 * Asks the ledger that the number names. A number from before ledgers had numbers is random: the indexes know in
 * which ledger it is.
 */
async function findCertificate(
  c: AppContext,
  serialNumber: string,
  selection: CertificateQuery,
): Promise<Result<Found | undefined, LedgerRefusal>> {
  const number = ledgerNumberOf(new Uint8Array(fromHex(serialNumber)))
  const named = number === undefined ? ok(undefined) : await findLedger(c.env, number)
  if (!named.ok) return named
  if (named.value !== undefined && isSelected(named.value, selection)) {
    const found = await findIn(c, named.value, serialNumber)
    if (!found.ok || found.value !== undefined) return found
  }
  return findByIndex(c, serialNumber, selection)
}

async function findByIndex(
  c: AppContext,
  serialNumber: string,
  selection: CertificateQuery,
): Promise<Result<Found | undefined, LedgerRefusal>> {
  const issuers = await selectIssuers(c, selection)
  if (!issuers.ok) return issuers
  for (const issuer of issuers.value) {
    const { client } = selection
    const query = { client, filter: { serialNumber }, after: undefined, limit: 1 }
    const page = await askIndex(c.env, issuer, query)
    if (!page.ok) return page
    const [item] = page.value.items
    if (item === undefined) continue
    const ledger = await findLedger(c.env, item.ledger)
    if (!ledger.ok) return ledger
    if (ledger.value !== undefined) return findIn(c, ledger.value, serialNumber)
  }
  return ok(undefined)
}

const isSelected = (
  ledger: RegisteredLedger,
  { issuer = ledger.issuer, client = ledger.client }: CertificateQuery,
): boolean => ledger.issuer === issuer && ledger.client === client

async function findIn(
  c: AppContext,
  ledger: RegisteredLedger,
  serialNumber: string,
): Promise<Result<Found | undefined, LedgerRefusal>> {
  const page = { after: 0, limit: 1 }
  const asked = await askLedger(c.env, ledger, async (object) =>
    object.listIssuances({ serialNumber }, page),
  )
  if (!asked.ok) return asked
  const [certificate] = asked.value.items
  const { issuer, client } = ledger
  return ok(certificate && { ...certificate, issuer, client })
}
