/**
 * Calls to the API server, as it counts them itself: `apiserver_request_total` of its `/metrics`. That
 * counter does not say who calls. So only calls that a certificate can cause are counted, and from
 * their total the cost of a request whose issuer no controller serves is subtracted: its
 * creation, and its approval by cert-manager's approver (with its Event, and the webhook's review).
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from '../cluster/api.ts'

/** Resources that a certificate needs; leases and other housekeeping are excluded. */
const RESOURCES: ReadonlySet<string> = new Set([
  'certificaterequests',
  'clusterissuers',
  'events',
  'issuers',
  'secrets',
  'subjectaccessreviews',
])
/** Calls that are made once for all requests, or by the benchmark. */
const OTHER_VERBS: ReadonlySet<string> = new Set(['DELETECOLLECTION', 'LIST', 'WATCH'])

const SAMPLE = /^apiserver_request_total\{(?<labels>[^}]*)\} (?<value>\S+)$/gm

/** Events are sent when there is time. */
const SETTLE_MS = 500
const SETTLE_LIMIT_MS = 60_000

/**
 * @param metrics - Prometheus' text format.
 * @returns The sum of the calls that a certificate can cost.
 */
export function countCalls(metrics: string): number {
  let count = 0
  for (const { groups } of metrics.matchAll(SAMPLE)) {
    const labels = groups?.['labels'] ?? ''
    if (!RESOURCES.has(label(labels, 'resource')) || OTHER_VERBS.has(label(labels, 'verb')))
      continue
    count += Number(groups?.['value'])
  }
  return count
}

function label(labels: string, name: string): string {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
}

/** @returns The number of calls so far, as soon as none is made any more. */
export async function settledCalls(api: Api): Promise<number> {
  const deadlineMs = performance.now() + SETTLE_LIMIT_MS
  for (let before = Number.NaN; ;) {
    const now = countCalls(await api.send({ method: 'GET', path: '/metrics' }))
    if (now === before) return now
    if (performance.now() > deadlineMs) throw new Error('calls to the API server do not end')
    before = now
    await sleep(SETTLE_MS)
  }
}
