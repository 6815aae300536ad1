import { printable } from '../terminal/printable.ts'
/**
 * The status for people: a line for the relay, a table of issuers, the counts of requests, and those
 * that wait with the reason. Pure.
 *
 * @module
 */
import { formatTable } from '../terminal/table.ts'
import type { IssuerStatus, RelayStatus, RequestStatus, StatusReport } from './report.ts'

/** Rows on a terminal; a pipe and `--json` get all. */
const MAX_REQUEST_ROWS = 50
/** A message is cut there on a terminal; a pipe and `--json` get all of it. */
const MAX_WHY_CHARACTERS = 200
/** Of a SHA-256 in hexadecimal: enough to tell CAs apart. */
const FINGERPRINT_CHARACTERS = 16
const NOTHING = '-'

/**
 * @param isShort - For a terminal: long reasons are cut, and so is a long list of requests.
 * @returns Text that ends with a newline; what strangers chose cannot command the terminal.
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
    ? `${leader ?? NOTHING} leads, seen ${age}`
    : leader === null
      ? 'nobody is known to lead'
      : `nobody leads: ${leader} was last seen ${age}`
  const facts = [leads, `version ${version ?? 'unknown'}`, ...(image === null ? [] : [image])]
  const notes = unknown.map((note) => `       could not tell ${printable(note)}\n`).join('')
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

/** What does not fit into a row: why it is not Ready, or for how long; the other CAs. */
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
    ...(ready === 'Unknown' && message === null ? ['no relay has looked at it yet'] : []),
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

/** When, and for whom, a list of requests is printed. */
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
    more > 0 ? `and ${String(more)} more, in --json\n` : '',
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
    isShort && why.length > MAX_WHY_CHARACTERS ? `${why.slice(0, MAX_WHY_CHARACTERS)}…` : why,
  ]
}

const ago = (time: string, nowMs: number): string => span(nowMs - Date.parse(time))

function until(time: string, nowMs: number): string {
  const leftMs = Date.parse(time) - nowMs
  return leftMs < 0 ? 'over' : `in ${span(leftMs)}`
}

const UNITS_MS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** One unit, as kubectl shows ages; a clock behind the server's gives `0s`. */
function span(ms: number): string {
  const unit = UNITS_MS.find(([, unitMs]) => ms >= 2 * unitMs)
  if (unit !== undefined) return `${String(Math.floor(ms / unit[1]))}${unit[0]}`
  return `${String(Math.max(0, Math.floor(ms / 1_000)))}s`
}
