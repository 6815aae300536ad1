/**
 * One start of the relay beside the requests of another issuer, and what happens then.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import type { Api } from '../cluster/api.ts'
import { type Cluster, OURS } from '../cluster/cluster.ts'
import { createRequests, deleteRun, touchRequests } from '../cluster/load.ts'
import { watchReady } from '../cluster/ready-watch.ts'
import { certificateRequest, namesOf } from '../cluster/requests.ts'
import { peakRssBytes } from '../process-memory.ts'

/** What was measured. */
export interface Start {
  readonly rssBytes: number
  readonly syncedMs: number
}

/** Options of one measured start. */
export interface StartOptions {
  readonly api: Api
  /** Whether the relay must use the field selector; the run ends if it does otherwise. */
  readonly mode: 'selector' | 'fallback'
  /** Another one for each start. */
  readonly run: string
  /** Names of the requests of the other issuer. */
  readonly others: readonly string[]
}

/** Requests of the other issuer that change meanwhile. */
export const TOUCHED_IN_CHURN = 1000
/** Requests of ours that come, are issued, and go. */
export const OURS_IN_CHURN = 100

/** What the relay logs when it must read everything. */
const FALLBACK_LINE = 'does not support the field selector'
const CHURN_LIMIT_MS = 120_000
const STOP_GRACE_MS = 30_000

/** Starts the relay, lets things happen, and stops it again. */
export async function measureStart(cluster: Cluster, options: StartOptions): Promise<Start> {
  const { process: relay, syncedMs } = await cluster.startRelay()
  try {
    await churn(options)
    checkMode(options.mode, await readFile(relay.logFile, 'utf8'))
    return { rssBytes: await peakRssBytes(relay.pid), syncedMs }
  } finally {
    await relay.stop(STOP_GRACE_MS)
  }
}

async function churn({ api, run, others }: StartOptions): Promise<void> {
  await touchRequests(api, others.slice(0, TOUCHED_IN_CHURN), run)
  const key = makeKey('P-256')
  const requests = namesOf(run, OURS_IN_CHURN).map((name) => ({
    name,
    object: certificateRequest({ name, run, issuerRef: OURS, key }),
  }))
  const watch = await watchReady(api, run)
  await createRequests(api, requests)
  await watch.until(OURS_IN_CHURN, CHURN_LIMIT_MS)
  await watch.stop()
  await deleteRun(api, run)
}

/** @throws Error when the relay did not read as it must */
function checkMode(mode: StartOptions['mode'], log: string): void {
  if (log.includes(FALLBACK_LINE) !== (mode === 'fallback')) {
    throw new Error(`the relay did not read by ${mode}:\n${log}`)
  }
}
