/**
 * Formats the status as text: a line about the relay, a table of issuers, the number of requests in each state, and
 * pending or failed requests with the reason. Pure.
 *
 * @module
 */
import { printable } from '../terminal/printable.ts'
import { formatTable } from '../terminal/table.ts'
import type { IssuerStatus, RelayStatus, RequestStatus, StatusReport } from './report.ts'

/** Maximum number of rows on a terminal. A pipe and `--json` get all rows. */
const MAX_REQUEST_ROWS = 50
/** Maximum length of a message on a terminal. A pipe and `--json` get the whole message. */
const MAX_MESSAGE_CHARACTERS = 200
/** Length of a shortened SHA-256 in hexadecimal, enough to distinguish CAs. */
const FINGERPRINT_CHARACTERS = 16
const NOTHING = '-'

/**
 * @param isShort - Whether to shorten long messages and a long list of requests, for a terminal.
 * @returns Text that ends with a newline. Untrusted values are escaped.
 */
export function renderStatus(
  { time, relay, issuers, requests, unread }: StatusReport,
  isShort: boolean,
): string {
  const nowMs = Date.parse(time)
  return [
    relayLine(relay, nowMs),
    issuers.length === 0 ? 'There are no issuers.\n' : issuerTable(issuers, nowMs),
    issuers.map(issuerNotes).join(''),
    requestPart(requests, { nowMs, isShort }),
    unread.map((error) => `could not read ${printable(error)}\n`).join(''),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function relayLine(relay: RelayStatus, nowMs: number): string {
  const { leader, isLeading, renewedAt, version, image, unknown } = relay
  const age = renewedAt === null ? 'never' : `${ago(renewedAt, nowMs)} ago`
  const leads = isLeading
    ? `${leader ?? NOTHING} leads, Lease renewed ${age}`
    : leader === null
      ? 'no leader known'
      : `no leader: ${leader} last renewed its Lease ${age}`
  const facts = [leads, `version ${version ?? 'unknown'}`, ...(image === null ? [] : [image])]
  const notes = unknown.map((note) => `       unknown: ${printable(note)}\n`).join('')
  return `relay  ${printable(facts.join('; '))}\n${notes}`
}

const issuerTable = (issuers: readonly IssuerStatus[], nowMs: number): string =>
  formatTable(
    ['KIND', 'NAMESPACE', 'NAME', 'READY', 'REASON', 'CA', 'SHA-256', 'CA EXPIRES'],
    issuers.map(({ kind, namespace, name, ready, reason, isCurrent, ca }) => [
      kind,
      namespace ?? NOTHING,
      name,
      isCurrent ? ready : `${ready} (outdated)`,
      reason ?? NOTHING,
      ca?.subject ?? NOTHING,
      ca?.sha256.slice(0, FINGERPRINT_CHARACTERS) ?? NOTHING,
      ca === null ? NOTHING : `${ca.notAfter} (${until(ca.notAfter, nowMs)})`,
    ]),
  )

/** Lines below the table: why an issuer is not Ready, and its other CAs. */
function issuerNotes({
  kind,
  namespace,
  name,
  message,
  ready,
  reason,
  unwritten,
  authorities,
}: IssuerStatus): string {
  const notes = [
    ...(unwritten === null ? [] : [unwritten]),
    ...(message === null || (ready === 'True' && !message.includes(', but '))
      ? []
      : [`${reason ?? NOTHING}: ${message}`]),
    ...(ready === 'Unknown' && message === null ? ['no relay has checked this issuer yet'] : []),
    ...authorities
      .filter(({ state }) => state !== 'active')
      .map(
        ({ state, subject, sha256, notAfter }) =>
          `${state}: ${subject ?? NOTHING}, ${sha256.slice(0, FINGERPRINT_CHARACTERS)}, until ${notAfter}`,
      ),
  ]
  const what = `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`
  return notes.map((note) => `${printable(`${what}: ${note}`)}\n`).join('')
}

/** Options for the list of requests. */
interface RequestStyle {
  readonly nowMs: number
  readonly isShort: boolean
}

function requestPart({ counts, open }: StatusReport['requests'], style: RequestStyle): string {
  const found = Object.entries(counts).filter(([, count]) => count > 0)
  const sum = found.map(([state, count]) => `${String(count)} ${state}`).join(', ')
  const line = `requests: ${sum === '' ? 'none' : sum}\n`
  if (open.length === 0) return line
  const shown = style.isShort ? open.slice(0, MAX_REQUEST_ROWS) : open
  const rows = shown.map((request) => requestRow(request, style))
  const more = open.length - shown.length
  return [
    line,
    formatTable(['REQUEST', 'ISSUER', 'STATE', 'AGE', 'WHY'], rows),
    more > 0 ? `and ${String(more)} more; --json prints all of them\n` : '',
  ].join('')
}

const SHORT_KIND = { CertificateRequest: 'cr', CertificateSigningRequest: 'csr' } as const

function requestRow(request: RequestStatus, { nowMs, isShort }: RequestStyle): readonly string[] {
  const { kind, namespace, name, issuer, state, createdAt, unwritten, why: said } = request
  const why = unwritten ?? said
  return [
    `${SHORT_KIND[kind]}/${namespace === null ? '' : `${namespace}/`}${name}`,
    issuer === null ? NOTHING : `${issuer.kind}/${issuer.name}`,
    state,
    ago(createdAt, nowMs),
    isShort && why.length > MAX_MESSAGE_CHARACTERS
      ? `${why.slice(0, MAX_MESSAGE_CHARACTERS)}…`
      : why,
  ]
}

const ago = (time: string, nowMs: number): string => span(nowMs - Date.parse(time))

function until(time: string, nowMs: number): string {
  const leftMs = Date.parse(time) - nowMs
  return leftMs < 0 ? 'expired' : `in ${span(leftMs)}`
}

const UNITS_MS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** A duration in one unit, as kubectl shows ages; negative values give `0s`. */
function span(ms: number): string {
  const unit = UNITS_MS.find(([, unitMs]) => ms >= 2 * unitMs)
  if (unit !== undefined) return `${String(Math.floor(ms / unit[1]))}${unit[0]}`
  return `${String(Math.max(0, Math.floor(ms / 1_000)))}s`
}
