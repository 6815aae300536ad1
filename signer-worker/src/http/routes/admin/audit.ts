/**
 * `GET {publicUrl}/v1/admin/audit`: who changed which client, when, and the signed request that proves it.
 *
 * @module
 */
import {
  type AuditEntry,
  auditQuerySchema,
  clientRecordSchema,
  type ClientRecord,
  DEFAULT_PAGE_ITEMS,
  type Refusal,
} from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { askDirectory } from '../../../directory/client.ts'
import type { StoredChange } from '../../../directory/messages.ts'
import { toRfc3339 } from '../../../model/rfc3339.ts'
import { type AppEnv, addLogFields } from '../../context.ts'
import { answer, refuse, refuseForAll } from '../../respond.ts'
import { readMembers } from './query.ts'

/** An id of the audit, below 2⁵³. */
const ID_PATTERN = /^[1-9]\d{0,14}$/

/** Answers with a page, the oldest change first. */
export const listAudit: Handler<AppEnv> = async (c) => {
  const query = readMembers(new URL(c.req.url).searchParams, auditQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const { client, cursor, limit } = query.value
  if (cursor !== undefined && !ID_PATTERN.test(cursor)) return refuse(c, NO_CURSOR)
  const page = {
    client,
    after: Number(cursor ?? 0),
    limit: Number(limit ?? DEFAULT_PAGE_ITEMS),
  }
  const asked = await askDirectory(c.env, async (directory) => directory.listChanges(page))
  if (!asked.ok) return refuseForAll(c, asked.error)
  addLogFields(c, { outcome: 'listed' })
  const { changes, next } = asked.value
  return answer(c, 200, {
    entries: changes.map(toEntry),
    next: next === undefined ? null : String(next),
  })
}

const NO_CURSOR: Refusal = {
  code: 'query_malformed',
  detail: 'cursor: is not the "next" of a page of the audit',
}

const toEntry = (change: StoredChange): AuditEntry => ({
  id: change.id,
  at: toRfc3339(change.atMs),
  admin: change.admin,
  action: change.action,
  client: change.client,
  reason: change.reason,
  before: toRecord(change.before),
  after: toRecord(change.after),
  evidence: {
    keyId: change.keyId,
    signatureBase: change.signatureBase,
    signature: Buffer.from(change.signature).toString('base64'),
    body: change.body === null ? null : Buffer.from(change.body).toString('base64'),
  },
})

const toRecord = (json: string | null): ClientRecord | null =>
  json === null ? null : clientRecordSchema.parse(JSON.parse(json))
