/**
 * kill −9 of the relay, of the API server and of the worker, at any moment of a burst of 300 requests:
 * all of them are issued, and each has one certificate. Who is killed when follows from a seed:
 *
 *     EDGE_ISSUER_FAULT_SEED=123 npx vitest run --config test/vitest.config.ts --project e2e test/e2e/failures/kills.test.ts
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import { afterAll, beforeAll, it } from 'vitest'
import { createBurst, requestPath } from '../../support/edge/burst.ts'
import { observeRequests } from '../../support/edge/ends.ts'
import { seededRandom } from '../../support/fault-proxy/plan.ts'
import { type EdgeEnvironment, readyClusterIssuer, startEdgeEnvironment } from '../environment.ts'
import {
  ledgerErrors,
  pick,
  relayErrors,
  replayCommand,
  seedsOr,
  shuffled,
  unmetAfter,
} from '../many-requests.ts'

const REQUESTS = 300
const RUN_LIMIT_MS = 120_000
/** The worst moments are not only those at which a request has just been created. */
const MAX_DELAY_MS = 300

let edge: EdgeEnvironment
let admin: Admin

beforeAll(async () => {
  edge = await startEdgeEnvironment({
    plane: { certManager: { controllersOff: ['certificaterequests-approver'] } },
    relayFlags: ['--max-retry-duration=0'],
    isSpedUp: true,
  })
  admin = await createAdmin(edge.plane)
  await readyClusterIssuer(edge)
})

afterAll(async () => {
  admin.close()
  await edge.stop()
})

/** Kills, and starts again at once. */
const KILLS = {
  relay: async () => edge.restartRelay(),
  'API server': async () => edge.plane.restartApiServer(),
  worker: async () => {
    await edge.signer.worker.kill9()
    await edge.signer.worker.restart()
  },
} as const satisfies Record<string, () => Promise<void>>

type Victim = keyof typeof KILLS

interface Kill {
  readonly victim: Victim
  /** The kill follows a moment after this many requests were created. */
  readonly afterRequests: number
  readonly delayMs: number
}

/** Each process is killed once in a burst, in any order and perhaps together. */
function killsOf(seed: number): readonly Kill[] {
  const random = seededRandom(`kills ${String(seed)}`)
  return (['relay', 'API server', 'worker'] as const).map((victim) => ({
    victim,
    afterRequests: 1 + pick(random, REQUESTS),
    delayMs: pick(random, MAX_DELAY_MS),
  }))
}

it.for(seedsOr([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))(
  'seed %d: relay, API server and worker are killed, no request is lost, none is signed twice',
  { tags: ['AC-17', 'AC-19'], timeout: 2 * RUN_LIMIT_MS },
  async (seed, { expect }) => {
    expect(await faultsAfterKills(seed), storyOf(seed)).toEqual([])
  },
)

it(
  'two active relays, as when the loss of a lease is not noticed: nothing is signed twice',
  { tags: ['AC-18'], timeout: 2 * RUN_LIMIT_MS },
  async ({ expect }) => {
    const replica = await edge.startReplica()
    expect(await faultsAfterKills(0), storyOf(0)).toEqual([])
    expect(replica.end()).toBeUndefined()
  },
)

/** Plays one burst. @returns Everything that is not as it must be. */
async function faultsAfterKills(seed: number): Promise<readonly string[]> {
  const namespace = `seed-${String(seed)}`
  await edge.plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`)
  const kills = killsOf(seed)
  const killing: Promise<readonly string[]>[] = []
  const wanted = shuffled({ good: REQUESTS }, { seed, namespace })
  const created = await createBurst(admin, wanted, (count) => {
    const due = kills.filter(({ afterRequests }) => afterRequests === count)
    killing.push(...due.map(async (kill) => carryOut(kill)))
  })
  const notStarted = (await Promise.all(killing)).flat()
  const unmet = await unmetAfter({ admin, namespace, created, limitMs: RUN_LIMIT_MS })
  if (unmet.length > 0) return [...notStarted, ...unmet]
  const observed = await observeRequests(admin, namespace)
  const faults = [
    ...notStarted,
    ...(killing.length === kills.length ? [] : ['not everybody was killed']),
    ...(edge.relay().end() === undefined ? [] : ['the relay has ended']),
    ...(await relayErrors(edge)),
    ...(await ledgerErrors(edge, { created, observed })),
  ]
  await admin.send({ method: 'DELETE', path: requestPath(namespace) })
  return faults
}

const storyOf = (seed: number): string =>
  `${replayCommand(seed, 'failures/kills.test.ts')}\n${JSON.stringify(killsOf(seed))}`

/** @returns Why the victim does not run again, if it does not. */
async function carryOut({ victim, delayMs }: Kill): Promise<readonly string[]> {
  await sleep(delayMs)
  try {
    await KILLS[victim]()
    return []
  } catch (error) {
    return [`${victim}: ${String(error)}`]
  }
}
