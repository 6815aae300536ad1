/**
 * Certificates of tenants who do nothing wrong: requested at a steady rate, whether the earlier ones
 * were issued or not.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import type { Api } from '../cluster/api.ts'
import { deleteRun } from '../cluster/load.ts'
import { watchReady } from '../cluster/ready-watch.ts'
import { certificateRequest, type IssuerRef, namesOf, REQUESTS_PATH } from '../cluster/requests.ts'

/** Options of {@link probe}. */
export interface ProbeOptions {
  /** Unique among all runs. */
  readonly run: string
  readonly count: number
  /** Time from one request to the next. */
  readonly everyMs: number
  readonly issuerRef: IssuerRef
}

/** Time limit after the last request was created. */
const LIMIT_MS = 120_000

/** @returns From the create of each request until it is Ready, in milliseconds. */
export async function probe(
  api: Api,
  { run, count, everyMs, issuerRef }: ProbeOptions,
): Promise<readonly number[]> {
  const key = makeKey('P-256')
  const watch = await watchReady(api, run)
  const sentAtMs = new Map<string, number>()
  const startMs = performance.now()
  const creates: Promise<unknown>[] = []
  for (const [at, name] of namesOf(run, count).entries()) {
    await sleep(Math.max(0, startMs + at * everyMs - performance.now()))
    const body = certificateRequest({ name, run, issuerRef, key })
    sentAtMs.set(name, performance.now())
    creates.push(api.send({ method: 'POST', path: REQUESTS_PATH, body }))
  }
  await Promise.all(creates)
  await watch.until(count, LIMIT_MS)
  await watch.stop()
  await deleteRun(api, run)
  return [...sentAtMs].map(([name, sent]) => (watch.readyAtMs.get(name) ?? Infinity) - sent)
}
