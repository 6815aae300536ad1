/**
 * `{publicUrl}/v1/admin/clients` and `…/clients/{name}`: the clients of the directory.
 *
 * @module
 */
import {
  type ClientActivity,
  clientChangeQuerySchema,
  type ClientRecord,
  clientsQuerySchema,
  DEFAULT_PAGE_ITEMS,
  ok,
  type Refusal,
} from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { toRecord } from '../../../directory/audit.ts'
import { askDirectory, type DirectoryRefusal } from '../../../directory/client.ts'
import { unknownClient } from '../../../directory/conflicts.ts'
import type { ChangeOutcome } from '../../../directory/messages.ts'
import { type AppContext, type AppEnv, addLogFields } from '../../context.ts'
import { answer, answerClient, refuse, refuseForAll } from '../../respond.ts'
import { activityOf } from './client-activity.ts'
import { authorOf, readName, readPut, readVersion } from './client-request.ts'
import { readMembers } from './query.ts'

/** Answers with a page of clients. */
export const listClients: Handler<AppEnv> = async (c) => {
  const query = readMembers(new URL(c.req.url).searchParams, clientsQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const { cursor: after = '', limit, activity: isActive } = query.value
  if (after !== '' && !readName(after).ok) return refuse(c, NO_CURSOR)
  const page = { after, limit: Number(limit ?? DEFAULT_PAGE_ITEMS) }
  const asked = await askDirectory(c.env, async (directory) => directory.listClients(page))
  if (!asked.ok) return refuseForAll(c, asked.error)
  const { clients, next } = asked.value
  const names = isActive === undefined ? [] : clients.map(({ name }) => name)
  const activities = names.length === 0 ? ok(undefined) : await activityOf(c, names)
  if (!activities.ok) return refuseForAll(c, activities.error)
  addLogFields(c, { outcome: 'listed' })
  const records = clients.map((client) => withActivity(toRecord(client), activities.value))
  return answer(c, 200, { clients: records, next: next ?? null })
}

function withActivity(
  record: ClientRecord,
  activities: ReadonlyMap<string, ClientActivity> | undefined,
): ClientRecord {
  const activity = activities?.get(record.name)
  return activity === undefined ? record : { ...record, activity }
}

const NO_CURSOR: Refusal = {
  code: 'query_malformed',
  detail: 'cursor: is not the "next" of a page of clients',
}

/** GET, PUT and DELETE of one client. */
export const oneClient: Handler<AppEnv, '/:name'> = async (c) => {
  const name = readName(c.req.param('name'))
  if (!name.ok) return refuse(c, name.error)
  addLogFields(c, { changedClient: name.value })
  switch (c.req.method) {
    case 'PUT':
      return putClient(c, name.value)
    case 'DELETE':
      return deleteClient(c, name.value)
    default:
      return showClient(c, name.value)
  }
}

/** Answers with the client; refuses with `client_unknown`. */
async function showClient(c: AppContext, name: string): Promise<Response> {
  const query = [...new URL(c.req.url).searchParams.keys()]
  if (query.length > 0) return refuse(c, { code: 'query_malformed', detail: 'has no members here' })
  const found = await askDirectory(c.env, async (directory) => directory.findClient(name))
  if (!found.ok) return refuseForAll(c, found.error)
  if (found.value === undefined) return refuse(c, unknownClient(name))
  addLogFields(c, { outcome: 'shown' })
  return answerClient(c, 200, toRecord(found.value))
}

/**
 * Answers 201 with a new client, 200 with one that was replaced. Refuses with every error of the entry, and with
 * `version_conflict`.
 */
async function putClient(c: AppContext, name: string): Promise<Response> {
  const query = readMembers(new URL(c.req.url).searchParams, clientChangeQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const version = readVersion(c)
  if (!version.ok) return refuse(c, version.error)
  const put = readPut(c.get('body'), name, c.get('config'))
  if (!put.ok) return refuseForAll(c, { refusals: put.error })
  const isDryRun = query.value.dryRun !== undefined
  const outcome = await askDirectory(c.env, async (directory) =>
    directory.putClient({
      ...put.value,
      name,
      version: version.value,
      isDryRun,
      author: authorOf(c),
    }),
  )
  const isCreated = version.value === undefined && !isDryRun
  return answerChange(c, outcome, isCreated ? 201 : 200)
}

/** Answers with the client as it was. */
async function deleteClient(c: AppContext, name: string): Promise<Response> {
  const query = readMembers(new URL(c.req.url).searchParams, clientChangeQuerySchema)
  if (!query.ok) return refuse(c, query.error)
  const read = readVersion(c)
  if (!read.ok) return refuse(c, read.error)
  const version = read.value
  if (version === undefined) return refuse(c, NO_IF_MATCH)
  const deletion = {
    name,
    version,
    isDryRun: query.value.dryRun !== undefined,
    author: authorOf(c),
  }
  const outcome = await askDirectory(c.env, async (directory) => directory.deleteClient(deletion))
  return answerChange(c, outcome, 200)
}

const NO_IF_MATCH: Refusal = {
  code: 'precondition_required',
  detail: 'a DELETE requires if-match with the version of the client, not if-none-match',
}

/** What an admin is answered about a change. */
function answerChange(
  c: AppContext,
  asked: Awaited<ReturnType<typeof askDirectory<ChangeOutcome>>>,
  status: 200 | 201,
): Response {
  if (!asked.ok) return refuseForAll(c, asked.error satisfies DirectoryRefusal)
  const outcome = asked.value
  if (!outcome.ok) return refuseForAll(c, { refusals: outcome.error })
  addLogFields(c, { outcome: 'changed' })
  return answerClient(c, status, toRecord(outcome.value))
}
