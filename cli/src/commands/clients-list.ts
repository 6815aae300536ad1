import { type ClientRecord, ok } from '@edge-issuer/shared'
import { printList } from '../certificates/print-list.ts'
import { stateOf } from '../clients/client-record.ts'
import { defineCommand } from '../command-line/define-command.ts'
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
ServiceAccount tokens, or the number of its registered keys. Times are UTC (RFC 3339).`,
  parameters: { ...ADMIN_PARAMETERS, ...PAGE_PARAMETERS, json: JSON_SWITCH },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer clients list --url https://ca.example.com --key alice.admin.key',
    'edge-issuer clients list -o json',
  ],
  run: async (values, io) => {
    const list = await askDirectory(
      values,
      async (directory) => readList(async (slice) => directory.list(slice), values),
      io,
    )
    if (!list.ok) return list
    const { json: isJson } = values
    printList(list.value, { isJson, member: 'clients', headings: HEADINGS, toRow }, io)
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

function identityOf({ identity, keys }: ClientRecord['entry']): string {
  const count = Array.isArray(keys) ? keys.length : 0
  const registered = count === 1 ? '1 key' : `${String(count)} keys`
  if (identity === undefined) return registered
  return count === 0 ? 'token' : `token, ${registered}`
}

/** A newer worker may send other values. */
const textOf = (names: unknown): string =>
  Array.isArray(names) ? names.map(String).join(',') : '-'
