/**
 * The leader is killed in the middle of a burst of 300 requests: the second replica takes over within the
 * documented time, all requests are issued, and each has one certificate. A seed decides when
 * it is killed:
 *
 *     EDGE_ISSUER_FAULT_SEED=123 npx vitest run --config test/vitest.config.ts --project e2e test/e2e/leadership/hand-over.test.ts
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import { afterAll, beforeAll, it } from 'vitest'
import { createBurst } from '../../support/edge/burst.ts'
import { observeRequests } from '../../support/edge/ends.ts'
import { seededRandom } from '../../support/fault-proxy/plan.ts'
import { type EdgeEnvironment, readyClusterIssuer, startEdgeEnvironment } from '../environment.ts'
import {
  ledgerErrors,
  pick,
  replayCommand,
  seedsOr,
  shuffled,
  unmetAfter,
} from '../many-requests.ts'

const REQUESTS = 300
const RUN_LIMIT_MS = 120_000
const POLL_TIMEOUT_MS = 60_000
/** The documented time: 15 s of the lease, and at most a renewal and a retry of the second replica. */
const HAND_OVER_LIMIT_MS = 20_000
const MAX_DELAY_MS = 300

let edge: EdgeEnvironment
let admin: Admin
/** The leader comes first. */
let replicas: ManagedProcess[]

beforeAll(async () => {
  edge = await startEdgeEnvironment({
    plane: { certManager: { controllersOff: ['certificaterequests-approver'] } },
    relayFlags: ['--leader-elect', '--max-retry-duration=0'],
  })
  admin = await createAdmin(edge.plane)
  await readyClusterIssuer(edge)
  replicas = [edge.relay()]
})

afterAll(async () => {
  admin.close()
  await edge.stop()
})

it.for(seedsOr([1, 2, 3]))(
  'seed %d: the leader is killed in a burst, the second replica takes over, nothing is signed twice',
  { timeout: 2 * RUN_LIMIT_MS },
  async (seed, { expect }) => {
    const namespace = `seed-${String(seed)}`
    const run = replayCommand(seed, 'leadership/hand-over.test.ts')
    await edge.plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`)
    replicas.push(await edge.startReplica())
    const random = seededRandom(`hand-over ${String(seed)}`)
    const killAfter = 1 + pick(random, REQUESTS)
    const delayMs = pick(random, MAX_DELAY_MS)

    let handOver: Promise<number> | undefined
    const wanted = shuffled({ good: REQUESTS }, { seed, namespace })
    const created = await createBurst(admin, wanted, (count) => {
      if (count === killAfter) handOver = killLeader(delayMs)
    })
    expect(await handOver, run).toBeLessThan(HAND_OVER_LIMIT_MS)
    expect(await unmetAfter({ admin, namespace, created, limitMs: RUN_LIMIT_MS }), run).toEqual([])
    const observed = await observeRequests(admin, namespace)
    expect(await ledgerErrors(edge, { created, observed }), run).toEqual([])
  },
)

/** @returns Milliseconds from the leader's end until the second replica leads. */
async function killLeader(delayMs: number): Promise<number> {
  await sleep(delayMs)
  const before = await timesLed()
  await replicas.shift()?.kill()
  const killedAtMs = Date.now()
  await pollUntil({
    what: 'the second replica to lead',
    probe: async () => (await timesLed()) > before,
    timeoutMs: POLL_TIMEOUT_MS,
  })
  return Date.now() - killedAtMs
}

/** Number of times that a replica became the leader; all of them write one log. */
async function timesLed(): Promise<number> {
  const log = await readFile(edge.relay().logFile, 'utf8')
  return log.split('"message":"leading"').length - 1
}
