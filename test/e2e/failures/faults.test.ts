import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { issuerManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
/**
 * Three in ten calls fail, on both sides of the relay, and every watch is disturbed; all requests end
 * as they must nevertheless, and nothing is signed twice.
 *
 * A seed decides which call gets which fault. This command repeats a seed that failed:
 *
 *     EDGE_ISSUER_FAULT_SEED=123 npx vitest run --config test/vitest.config.ts --project e2e test/e2e/failures/faults.test.ts
 *
 * (several are separated by commas). The relay decides on its calls, so two runs of one seed are similar,
 * not equal: a bug that needs a rare order of calls may need more than one run.
 *
 * @module
 */
import { afterAll, beforeAll, it } from 'vitest'
import { createBurst, type Created, requestPath } from '../../support/edge/burst.ts'
import { observeRequests, unmetEnds } from '../../support/edge/ends.ts'
import { LATE_ISSUER } from '../../support/edge/scenarios.ts'
import { describeFault } from '../../support/fault-proxy/fault.ts'
import { apiMenu, workerMenu } from '../../support/fault-proxy/menus.ts'
import { faultPlan, seededRandom } from '../../support/fault-proxy/plan.ts'
import type { CallRecord } from '../../support/fault-proxy/proxy.ts'
import { grantCredentials } from '../environment.ts'
import {
  ledgerErrors,
  type Mix,
  pick,
  relayErrors,
  replayCommand,
  type Run,
  seedsOr,
  shuffled,
  unmetAfter,
} from '../many-requests.ts'
import { type FaultyEnvironment, startFaultyEnvironment, workerSpec } from './faulty-environment.ts'

/** 300 requests. */
const MIX: Mix = {
  good: 140,
  early: 40,
  denied: 25,
  undecided: 20,
  malformed: 25,
  greedy: 20,
  lost: 15,
  foreign: 15,
}

const RUN_LIMIT_MS = 150_000
/** Longer than any deadline of a sped-up relay, except the one for a silent watch. */
const LET_GO_LIMIT_MS = 10_000
/** A relay must end in order within this time. */
const STOP_GRACE_MS = 30_000

let faulty: FaultyEnvironment

beforeAll(async () => {
  faulty = await startFaultyEnvironment({
    isSpedUp: true,
    relayFlags: ['--max-retry-duration=0'],
  })
})

afterAll(async () => {
  await faulty.stop()
})

it.for(seedsOr([1, 2]))(
  'seed %d: every request ends as it must, and nothing is signed twice',
  { tags: ['AC-10', 'AC-19'], timeout: 2 * RUN_LIMIT_MS },
  async (seed, { expect }) => {
    const { edge, admin, restartRelay } = faulty
    const namespace = `seed-${String(seed)}`
    await prepare(namespace)
    replay(seed)
    await restartRelay()

    const created = await createAll({ seed, namespace })
    const isOver = (): boolean => edge.relay().end() !== undefined
    const unmet = await unmetAfter({ admin, namespace, created, limitMs: RUN_LIMIT_MS, isOver })
    expect(unmet, describeRun(seed)).toEqual([])
    await pollUntil({
      what: `the relay to let go of calls that will not be answered; ${describeRun(seed)}`,
      probe: async () => Promise.resolve(areOpenCallsInOrder()),
      timeoutMs: LET_GO_LIMIT_MS,
    })
    expect(await edge.relay().stop(STOP_GRACE_MS), describeRun(seed)).toEqual({
      code: 0,
      signal: null,
    })
    expect(await relayErrors(edge), describeRun(seed)).toEqual([])

    const observed = await observeRequests(admin, namespace)
    expect(unmetEnds(created, observed), describeRun(seed)).toEqual([])
    expect(await ledgerErrors(edge, { created, observed }), describeRun(seed)).toEqual([])
    await admin.send({ method: 'DELETE', path: requestPath(namespace) })
  },
)

/** Creates a namespace whose Secret the relay may read; its issuer is created later. */
async function prepare(namespace: string): Promise<void> {
  const { plane, signer } = faulty.edge
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`)
  await grantCredentials(plane, namespace)
  await plane.apply(secretManifest(namespace, signer.clientKeyPem))
}

/** Starts the plan of a seed on both sides. */
function replay(seed: number): void {
  faulty.api.inject(faultPlan({ seed, menuOf: apiMenu }))
  faulty.worker.inject(faultPlan({ seed, menuOf: workerMenu }))
}

/** Creates the requests, and the late issuer among them. */
async function createAll(run: Run): Promise<readonly Created[]> {
  const wanted = shuffled(MIX, run)
  const lateAt = pick(seededRandom(`late ${String(run.seed)}`), wanted.length)
  let late: Promise<void> | undefined
  const created = await createBurst(faulty.admin, wanted, (count) => {
    if (count > lateAt) late ??= createLateIssuer(run.namespace)
  })
  await late
  return created
}

async function createLateIssuer(namespace: string): Promise<void> {
  const { plane, signer } = faulty.edge
  const spec = workerSpec(faulty.worker)
  await plane.apply(issuerManifest(signer, { kind: 'Issuer', name: LATE_ISSUER, namespace, spec }))
}

/** Whether no failed call is still open, and nothing is watched twice. */
function areOpenCallsInOrder(): boolean {
  const open = [...faulty.api.calls, ...faulty.worker.calls].filter(({ isOpen }) => isOpen)
  const watched = open.filter(isWatch).map(({ path }) => whatIsWatched(path))
  const failed = open.filter((call) => !isWatch(call) && call.fault !== undefined)
  return failed.length === 0 && new Set(watched).size === watched.length
}

const isWatch = ({ kind }: CallRecord): boolean => kind.startsWith('watch ')

function whatIsWatched(path: string): string {
  const { pathname, searchParams } = new URL(path, 'https://server')
  return `${pathname} ${searchParams.get('fieldSelector') ?? ''}`
}

/** @returns The command that repeats the run, and the calls for lists and watches. */
function describeRun(seed: number): string {
  const faults = faulty.api.calls.flatMap(({ kind, n, fault }) =>
    fault !== undefined && /^(?:watch|list) /.test(kind)
      ? [`${kind} ${String(n)}: ${describeFault(fault)}`]
      : [],
  )
  return `${replayCommand(seed, 'failures/faults.test.ts')}\n${faults.join('\n')}`
}
