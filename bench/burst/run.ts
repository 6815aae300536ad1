/**
 * One burst: requests created at once, until the last of them is Ready.
 *
 * @module
 */
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import type { Api } from '../cluster/api.ts'
import { createRequests, deleteRun } from '../cluster/load.ts'
import { watchReady } from '../cluster/ready-watch.ts'
import { certificateRequest, type IssuerRef, namesOf } from '../cluster/requests.ts'
import { percentile, round } from '../statistics.ts'
import { settledCalls } from './api-calls.ts'

/** What one burst showed. */
export interface Burst {
  /** Time from the first creation to the last Ready condition. */
  readonly readyMs: number
  /** Time from the creation of a request to its Ready condition, by a watch. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Calls to the API server for each request, all together. */
  readonly calls: number
}

/** Which requests. */
export interface BurstOptions {
  /** Another one for each burst. */
  readonly run: string
  readonly count: number
  readonly issuerRef: IssuerRef
}

/** For all of them to be Ready; a busy machine issues 20 a second. */
const LIMIT_MS_EACH = 50
const LIMIT_MS = 60_000

/** Creates requests, each with a key of its own, and deletes them when all are Ready. */
export async function runBurst(api: Api, { run, count, issuerRef }: BurstOptions): Promise<Burst> {
  const requests = namesOf(run, count).map((name) => ({
    name,
    object: certificateRequest({ name, run, issuerRef, key: makeKey('P-256') }),
  }))
  const watch = await watchReady(api, run)
  const callsBefore = await settledCalls(api)
  const sentAtMs = await createRequests(api, requests)
  await watch.until(count, LIMIT_MS + LIMIT_MS_EACH * count)
  await watch.stop()
  const calls = ((await settledCalls(api)) - callsBefore) / count
  await deleteRun(api, run)
  return { ...timesOf(sentAtMs, watch.readyAtMs), calls }
}

/**
 * @param sentAtMs - When the create of each was sent, by name.
 * @param readyAtMs - When each was Ready, by name.
 */
export function timesOf(
  sentAtMs: ReadonlyMap<string, number>,
  readyAtMs: ReadonlyMap<string, number>,
): Omit<Burst, 'calls'> {
  const waits = [...sentAtMs].map(([name, sent]) => {
    const ready = readyAtMs.get(name)
    if (ready === undefined) throw new Error(`${name} is not Ready`)
    return ready - sent
  })
  return {
    readyMs: round(Math.max(...readyAtMs.values()) - Math.min(...sentAtMs.values()), 1),
    p50Ms: round(percentile(waits, 0.5), 1),
    p99Ms: round(percentile(waits, 0.99), 1),
  }
}
