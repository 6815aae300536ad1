import { ok, type RefusedRequest } from '@edge-issuer/shared'
import { LEDGER_FILTERS } from '../certificates/filters.ts'
import { printList } from '../certificates/print-list.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, askAdmin, JSON_SWITCH } from '../worker/connect-admin.ts'
import { PAGE_PARAMETERS, readList } from '../worker/pages.ts'

/** `edge-issuer certificates refusals`. */
export const certificatesRefusals = defineCommand({
  description: `
Lists the requests that the worker refused, with the reason that the client received; with --json as
one object {"refusals": [...], "next": ...}. Requires the role admin.`,
  parameters: { ...ADMIN_PARAMETERS, ...LEDGER_FILTERS, ...PAGE_PARAMETERS, json: JSON_SWITCH },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer certificates refusals --url https://ca.example.com --key alice.admin.key --client cluster-1',
  ],
  run: async (values, io) => {
    const { issuer, client, json: isJson } = values
    const list = await askAdmin(
      values,
      async (admin) =>
        readList(async (slice) => admin.refusals({ issuer, client, ...slice }), values),
      io,
    )
    if (!list.ok) return list
    printList(list.value, { isJson, member: 'refusals', headings: HEADINGS, toRow }, io)
    return ok(undefined)
  },
})

const HEADINGS = ['REFUSED', 'ISSUER', 'CLIENT', 'REQUEST', 'CODE', 'DETAIL'] as const

const toRow = (refusal: RefusedRequest): readonly string[] => [
  refusal.at,
  refusal.issuer,
  refusal.client,
  refusal.namespace === '' ? refusal.name : `${refusal.namespace}/${refusal.name}`,
  refusal.code,
  refusal.detail,
]
