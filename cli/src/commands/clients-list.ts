import { type ClientRecord, ok } from '@edge-issuer/shared'
import { printList } from '../certificates/print-list.ts'
import { stateOf } from '../clients/client-record.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { toggle } from '../command-line/parameters.ts'
import {
  ADMIN_EXITS,
  ADMIN_PARAMETERS,
  askDirectory,
  JSON_SWITCH,
} from '../worker/connect-admin.ts'
import { PAGE_PARAMETERS, readList } from '../worker/pages.ts'

/** `edge-issuer clients list`. */
export const clientsList = defineCommand({
  description: `
Lists the clients of the worker in the order of their names; with --json as one object
{"clients": [...], "next": ...}. IDENTITY is "token" for a client whose relay proves its identity with
ServiceAccount tokens, or the number of its registered keys. With --activity it shows instead when each
client last asked for a certificate, how many it got, how many requests were ever refused, and when its
first certificate ends that was not renewed; the ledgers report this within a minute. Times are UTC
(RFC 3339).`,
  parameters: {
    ...ADMIN_PARAMETERS,
    ...PAGE_PARAMETERS,
    activity: toggle('show what each client did'),
    json: JSON_SWITCH,
  },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer clients list --url https://ca.example.com --key alice.admin.key',
    'edge-issuer clients list --activity',
    'edge-issuer clients list -o json',
  ],
  run: async (values, io) => {
    const activity = values.activity ? 'true' : undefined
    const list = await askDirectory(
      values,
      async (directory) =>
        readList(async (slice) => directory.list({ ...slice, activity }), values),
      io,
    )
    if (!list.ok) return list
    const { json: isJson } = values
    const columns = values.activity
      ? { headings: ACTIVITY_HEADINGS, toRow: toActivityRow }
      : { headings: HEADINGS, toRow }
    printList(list.value, { isJson, member: 'clients', ...columns }, io)
    return ok(undefined)
  },
})

const HEADINGS = ['NAME', 'STATE', 'IDENTITY', 'ISSUERS', 'PROFILES', 'VERSION', 'UPDATED'] as const

function toRow(record: ClientRecord): readonly string[] {
  const { name, version, updatedAt, entry } = record
  return [
    name,
    stateOf(record),
    identityOf(entry),
    textOf(entry['issuers']),
    textOf(entry['profiles']),
    String(version),
    updatedAt,
  ]
}

const ACTIVITY_HEADINGS = [
  'NAME',
  'STATE',
  'LAST SEEN',
  'ISSUED 24H',
  'ISSUED 7D',
  'REFUSED',
  'FIRST END',
] as const

function toActivityRow(record: ClientRecord): readonly string[] {
  const { name, activity } = record
  // Of an older worker.
  if (activity === undefined)
    return [name, stateOf(record), ...ACTIVITY_HEADINGS.slice(2).map(() => '-')]
  const refused = Object.values(activity.refused).reduce((sum, times) => sum + times, 0)
  return [
    name,
    stateOf(record),
    activity.lastSeenAt ?? '-',
    String(activity.issuedInDay),
    String(activity.issuedInWeek),
    String(refused),
    activity.soonestExpiry ?? '-',
  ]
}

function identityOf({ identity, keys }: ClientRecord['entry']): string {
  const count = Array.isArray(keys) ? keys.length : 0
  const registered = count === 1 ? '1 key' : `${String(count)} keys`
  if (identity === undefined) return registered
  return count === 0 ? 'token' : `token, ${registered}`
}

/** A newer worker may send other values. */
const textOf = (names: unknown): string =>
  Array.isArray(names) ? names.map(String).join(',') : '-'
