import { ok, type CertificateSummary } from '@edge-issuer/shared'
import { CERTIFICATE_FILTERS, certificatesQuery } from '../certificates/filters.ts'
import { printList } from '../certificates/print-list.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { toggle } from '../command-line/parameters.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, askAdmin, JSON_SWITCH } from '../worker/connect-admin.ts'
import { PAGE_PARAMETERS, readList } from '../worker/pages.ts'

/** Maximum number of names in a row. */
const NAMES_SHOWN = 3

/** `edge-issuer certificates list`. */
export const certificatesList = defineCommand({
  description: `
Lists the certificates that the worker has issued, by ledger and then in the order of issuing; with
--json as one object {"certificates": [...], "next": ...}. The list is printed when it is complete;
for very many certificates use "certificates export", which writes while it reads. The worker reads
an index, to which its ledgers send what they issue within seconds; --direct asks the ledgers. Times are UTC
(RFC 3339). With the role admin the list includes the request in the cluster and the user.`,
  parameters: {
    ...ADMIN_PARAMETERS,
    ...CERTIFICATE_FILTERS,
    ...PAGE_PARAMETERS,
    direct: toggle(
      'ask every ledger instead of the index: complete at any time, and slow with many clients',
    ),
    json: JSON_SWITCH,
  },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer certificates list --url https://ca.example.com --key alice.admin.key --name web.acme.internal',
    'edge-issuer certificates list --client cluster-1 --namespace shop --expires-within 30d --current',
    'edge-issuer certificates list --name .acme.internal -o json',
    'edge-issuer certificates list --name UPN:alice@acme.internal',
  ],
  run: async (values, io) => {
    const query = certificatesQuery(values, io.nowMs())
    if (!query.ok) return query
    const direct = values.direct ? 'true' : undefined
    const list = await askAdmin(
      values,
      async (admin) =>
        readList(async (slice) => admin.certificates({ ...query.value, ...slice, direct }), values),
      io,
    )
    if (!list.ok) return list
    const { json: isJson } = values
    printList(list.value, { isJson, member: 'certificates', headings: HEADINGS, toRow }, io)
    const { indexedThrough } = list.value
    if (indexedThrough !== undefined && io.nowMs() - Date.parse(indexedThrough) > LAG_SHOWN_MS) {
      io.stderr(
        `the index is behind: the list may lack certificates issued after ${indexedThrough}; ask the ledgers with --direct\n`,
      )
    }
    return ok(undefined)
  },
})

/** How far behind the index must be before it is reported, in ms. */
const LAG_SHOWN_MS = 60_000

const HEADINGS = [
  'ISSUED',
  'VALID TO',
  'ISSUER',
  'CLIENT',
  'SERIAL',
  'REQUEST',
  'REQUESTER',
  'NAMES',
] as const

const toRow = (certificate: CertificateSummary): readonly string[] => [
  certificate.issuedAt,
  certificate.notAfter,
  certificate.issuer,
  certificate.client,
  certificate.serialNumber,
  requestOf(certificate),
  certificate.requester?.username ?? NOTHING,
  namesOf(certificate),
]

/** Shown for the role read, and for older workers. */
const NOTHING = '-'

function requestOf({ requester }: CertificateSummary): string {
  if (requester === undefined) return NOTHING
  const { namespace, name } = requester
  return namespace === '' ? name : `${namespace}/${name}`
}

function namesOf({ subject, subjectAltNames }: CertificateSummary): string {
  if (subjectAltNames.length === 0) return subject
  const shown = subjectAltNames.slice(0, NAMES_SHOWN).join(', ')
  const more = subjectAltNames.length - NAMES_SHOWN
  return more > 0 ? `${shown} and ${String(more)} more` : shown
}
