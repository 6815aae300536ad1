/**
 * Metrics as Prometheus gets them, and what it sees when a permission is missing.
 *
 * @module
 */
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { mustKubectl } from '../environment.ts'
import { type PermissionFault, relayComplaint } from '../failures/permission-faults.ts'

/** A ServiceAccount in namespace `default`; {@link bindScraper} lets it scrape. */
const SCRAPER = 'prometheus'
const LIMIT_MS = 30_000

/** The response. */
export interface Scrape {
  readonly status: number
  readonly body: string
}

/** Gets the metrics over TLS, with any certificate. */
export async function scrape(port: number, token?: string): Promise<Scrape> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const options = { port, path: '/metrics', headers, rejectUnauthorized: false, agent: false }
  const asking = request(options)
  asking.end()
  const [answer]: unknown[] = await once(asking, 'response')
  if (!(answer instanceof IncomingMessage)) throw new Error('a response was expected')
  return { status: answer.statusCode ?? 0, body: await text(answer) }
}

/** Makes a ServiceAccount in namespace `default`. */
export const makeServiceAccount = async (plane: ControlPlane, name: string): Promise<void> =>
  plane.apply(
    `{apiVersion: v1, kind: ServiceAccount, metadata: {name: ${name}, namespace: default}}`,
  )

/** @returns A new token of a ServiceAccount, which no relay has cached. */
export const tokenOf = async (plane: ControlPlane, name: string): Promise<string> =>
  (await mustKubectl(plane, `create token ${name} -n default`)).trim()

/** Lets the scraper scrape, with the command of the manifest. */
export async function bindScraper(plane: ControlPlane): Promise<void> {
  await makeServiceAccount(plane, SCRAPER)
  await mustKubectl(
    plane,
    `create clusterrolebinding edge-issuer-metrics-reader --clusterrole edge-issuer-metrics-reader --serviceaccount default:${SCRAPER}`,
  )
}

/** Scrapes as the scraper, whose permission is not cached. */
export const scrapeAsScraper = async (plane: ControlPlane, port: number): Promise<Scrape> =>
  scrape(port, await tokenOf(plane, SCRAPER))

/** Waits until the scraper gets this status. */
export async function isScraped(plane: ControlPlane, port: number, status: number): Promise<void> {
  await pollUntil({
    what: `a scrape to be answered with ${String(status)}`,
    probe: async () => (await scrapeAsScraper(plane, port)).status === status,
    timeoutMs: LIMIT_MS,
  })
}

/** The relay cannot authenticate or authorize the scraper, and returns nothing. */
export const scrapeUnchecked: PermissionFault = async (permission, { edge, metricsPort }) => {
  const complaint = await relayComplaint(edge, permission)
  await isScraped(edge.plane, metricsPort, 503)
  await complaint()
}

/** The scraper is not authorized. */
export const scrapeRefused: PermissionFault = async (_permission, { edge, metricsPort }) =>
  isScraped(edge.plane, metricsPort, 403)
