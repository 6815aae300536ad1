/**
 * `GET {publicUrl}/v1/admin/refusals`: the last requests that were refused, and why.
 *
 * @module
 */
import { refusalsQuerySchema } from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { type AppEnv, addLogFields } from '../../context.ts'
import { answer, refuse, refuseForAll } from '../../respond.ts'
import { ledgerCursorSchema } from './cursor.ts'
import { readPage } from './pages.ts'
import { readMembers, readSlice } from './query.ts'
import { selectLedgers } from './select-ledgers.ts'

/** Answers with a page; refuses with `query_malformed`. */
export const listRefusals: Handler<AppEnv> = async (c) => {
  const query = readMembers(new URL(c.req.url).searchParams, refusalsQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const slice = readSlice(query.value, ledgerCursorSchema)
  if (!slice.ok) return refuse(c, slice.error)
  const ledgers = await selectLedgers(c, query.value)
  if (!ledgers.ok) return refuseForAll(c, ledgers.error)
  const page = await readPage(
    c.env,
    { ledgers: ledgers.value, ...slice.value },
    async (object, part) => object.listRefusals(part),
  )
  if (!page.ok) return refuseForAll(c, page.error)
  addLogFields(c, { outcome: 'listed' })
  return answer(c, 200, { refusals: [...page.value.items], next: page.value.next })
}
