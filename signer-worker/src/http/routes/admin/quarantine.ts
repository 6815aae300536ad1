/**
 * `POST {publicUrl}/v1/admin/clients/{name}/quarantine`: nothing more for a client, from its next request on.
 *
 * @module
 */
import {
  clientChangeQuerySchema,
  err,
  ok,
  quarantineRequestSchema,
  type Refusal,
  type Result,
} from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { schemaErrors } from '../../../config/exports.ts'
import { toRecord } from '../../../directory/audit.ts'
import { askDirectory } from '../../../directory/client.ts'
import type { RegisteredLedger, StoredClient } from '../../../directory/messages.ts'
import { askLedger } from '../../../ledger/client.ts'
import type { LedgerRefusal } from '../../../ledger/messages.ts'
import { type AppEnv, addLogFields } from '../../context.ts'
import { parseJson } from '../../parse-json.ts'
import { answerClient, refuse, refuseForAll } from '../../respond.ts'
import { authorOf, readName, toRefusal } from './client-request.ts'
import { readMembers } from './query.ts'

/** Ledgers that are asked at a time. */
const PARALLEL_LEDGERS = 32

/**
 * Sets the flag in the directory, and then in each ledger of the client. Refuses with `ledger_unavailable` when one
 * of them does not respond: the request is to be repeated then. A ledger that is registered later asks the directory.
 */
export const quarantine: Handler<AppEnv, '/:name'> = async (c) => {
  const read = readName(c.req.param('name'))
  if (!read.ok) return refuse(c, read.error)
  const name = read.value
  addLogFields(c, { changedClient: name })
  const query = readMembers(new URL(c.req.url).searchParams, clientChangeQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const request = readBody(c.get('body'))
  if (!request.ok) return refuseForAll(c, { refusals: request.error })
  const { quarantined, reason } = request.value
  const isDryRun = query.value.dryRun !== undefined
  const change = { name, quarantined, reason, isDryRun, author: authorOf(c) }
  const asked = await askDirectory(c.env, async (directory) => directory.quarantineClient(change))
  if (!asked.ok) return refuseForAll(c, asked.error)
  if (!asked.value.ok) return refuseForAll(c, { refusals: asked.value.error })
  const client = asked.value.value
  const flagged = isDryRun ? ok(undefined) : await flagLedgers(c.env, client)
  if (!flagged.ok) return refuseForAll(c, flagged.error)
  addLogFields(c, { outcome: quarantined ? 'quarantined' : 'released' })
  return answerClient(c, 200, toRecord(client))
}

/** Sets the flag of each ledger as the directory has it. */
async function flagLedgers(
  env: Env,
  client: StoredClient,
): Promise<Result<undefined, LedgerRefusal>> {
  const { name, version, quarantined } = client
  const selection = { client: name }
  const listed = await askDirectory(env, async (directory) => directory.listLedgers(selection))
  if (!listed.ok) return listed
  const queue = [...listed.value]
  const reasons: string[] = []
  const work = async (): Promise<void> => {
    for (let ledger = queue.shift(); ledger !== undefined; ledger = queue.shift()) {
      const asked = await askLedger(env, ledger, async (object) =>
        object.setQuarantined({ quarantined, version }),
      )
      if (!asked.ok) reasons.push(`${ledgerToText(ledger)}: ${asked.error.reason ?? ''}`)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_LEDGERS }, work))
  if (reasons.length === 0) return ok(undefined)
  const detail =
    `the directory has the change, but ${String(reasons.length)} of ${String(listed.value.length)} ledgers of client ` +
    `"${name}" did not respond; send the same request again`
  return err({ refusals: [{ code: 'ledger_unavailable', detail }], reason: reasons.join('; ') })
}

const ledgerToText = ({ issuer, shard }: RegisteredLedger): string => `${issuer}/${String(shard)}`

function readBody(
  body: Uint8Array,
): Result<{ quarantined: boolean; reason?: string | undefined }, readonly Refusal[]> {
  const json = parseJson(body)
  if (!json.ok) return err([json.error])
  const parsed = quarantineRequestSchema.safeParse(json.value)
  return parsed.success
    ? ok(parsed.data)
    : err(schemaErrors(parsed.error.issues).map(toRefusal('request_malformed')))
}
