/**
 * `GET {publicUrl}/v1/admin/refusals`: the last requests that were refused, and why.
 *
 * @module
 */
import { refusalsQuerySchema } from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { type AppEnv, addLogFields } from '../../context.ts'
import { answer, refuse, refuseForAll } from '../../respond.ts'
import { readPage } from './pages.ts'
import { readQuery } from './query.ts'
import { selectLedgers } from './select-ledgers.ts'

/** Answers with a page; refuses with `query_malformed`. */
export const listRefusals: Handler<AppEnv> = async (c) => {
  const read = readQuery(new URL(c.req.url).searchParams, refusalsQuerySchema)
  if (!read.ok) return refuse(c, read.error)
  const { query, cursor, limit } = read.value
  const ledgers = await selectLedgers(c.env, c.get('config'), query)
  if (!ledgers.ok) return refuseForAll(c, ledgers.error)
  const page = await readPage(
    c.env,
    { ledgers: ledgers.value, cursor, limit },
    async (object, part) => object.listRefusals(part),
  )
  if (!page.ok) return refuseForAll(c, page.error)
  addLogFields(c, { outcome: 'listed' })
  return answer(c, 200, { refusals: [...page.value.items], next: page.value.next })
}
