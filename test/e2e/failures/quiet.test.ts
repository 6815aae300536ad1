/**
 * Nothing happens when nothing happens: over a quiet minute, with 20 issuers and 500 requests that are
 * finished, the relay asks each issuer's worker how it is, keeps its watches and its lease, and no more.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { issuerManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, it } from 'vitest'
import { createBurst } from '../../support/edge/burst.ts'
import type { CallRecord } from '../../support/fault-proxy/proxy.ts'
import { grantCredentials, mustKubectl, TIMEOUT } from '../environment.ts'
import { type Mix, shuffled, unmetAfter } from '../many-requests.ts'
import { type FaultyEnvironment, startFaultyEnvironment, workerSpec } from './faulty-environment.ts'

const NAMESPACE = 'quiet'
/** Beside ClusterIssuer `edge`. */
const NAMESPACED_ISSUERS = 19
const ISSUERS = 1 + NAMESPACED_ISSUERS
const FINISHED: Mix = { good: 400, denied: 50, malformed: 50 }
const FINISH_LIMIT_MS = 180_000

const CHECK_INTERVAL_MS = 10_000
/** A check comes at the earliest after this share of the interval (`--health-check-interval`). */
const EARLIEST = 0.9
const WINDOW_MS = 60_000
/** A lease is renewed every two seconds (README of the design: 15 s / 10 s / 2 s). */
const LEASE_RENEWAL_MS = 2_000

let faulty: FaultyEnvironment

beforeAll(async () => {
  faulty = await startFaultyEnvironment({
    relayFlags: [`--health-check-interval=${String(CHECK_INTERVAL_MS)}ms`, '--leader-elect'],
  })
})

afterAll(async () => {
  await faulty.stop()
})

it(
  'in a quiet minute there are checks, lease renewals and watches, and nothing else',
  { timeout: 2 * FINISH_LIMIT_MS + WINDOW_MS },
  async ({ expect }) => {
    const { admin, api, worker, restartRelay } = faulty
    await restartRelay()
    await createIssuers()
    const created = await createBurst(admin, shuffled(FINISHED, { seed: 1, namespace: NAMESPACE }))
    const finished = { admin, namespace: NAMESPACE, created, limitMs: FINISH_LIMIT_MS }
    expect(await unmetAfter(finished)).toEqual([])
    await untilQuiet()

    const startMs = performance.now()
    for (const proxy of [api, worker]) proxy.inject(() => undefined)
    await sleep(WINDOW_MS)
    const calls = { api: countsOf(api.calls), worker: countsOf(worker.calls) }
    const lengthMs = performance.now() - startMs

    const checks = ISSUERS * (Math.floor(lengthMs / (EARLIEST * CHECK_INTERVAL_MS)) + 1)
    const renewals = Math.ceil(lengthMs / LEASE_RENEWAL_MS) + 1
    // A watch goes on for at least five minutes: each can have been renewed once.
    const watches = 1
    expect(calls.worker).toEqual({ health: expect.any(Number) })
    expect(calls.worker['health']).toBeGreaterThanOrEqual(ISSUERS)
    expect(calls.worker['health']).toBeLessThanOrEqual(checks)
    const limits: Readonly<Record<string, number>> = {
      // A check reads the Secret as it is now, not as a watch that may lag has it.
      'get secrets': checks,
      'watch certificaterequests': watches,
      'watch certificatesigningrequests': watches,
      'watch issuers': watches,
      'watch clusterissuers': watches,
      'watch secrets': ISSUERS,
      'get leases': renewals,
      'update leases': renewals,
      'patch leases': renewals,
    }
    const tooMany = Object.entries(calls.api).filter(([kind, n]) => n > (limits[kind] ?? 0))
    expect(tooMany).toEqual([])
  },
)

/** All of them by the same Secret and the same worker; waits until each is Ready. */
async function createIssuers(): Promise<void> {
  const { edge, worker } = faulty
  const { plane, signer } = edge
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${NAMESPACE}}}`)
  await grantCredentials(plane, NAMESPACE)
  const issuers = Array.from({ length: NAMESPACED_ISSUERS }, (_, at) =>
    issuerManifest(signer, {
      kind: 'Issuer',
      name: `edge-${String(at)}`,
      namespace: NAMESPACE,
      spec: workerSpec(worker),
    }),
  )
  const secret = secretManifest(NAMESPACE, signer.clientKeyPem)
  await plane.apply([secret, ...issuers].join('---\n'))
  await mustKubectl(
    plane,
    `wait issuers.edge-issuer.dev --all --for=condition=Ready --timeout=${TIMEOUT} -n ${NAMESPACE}`,
  )
}

/** Waits until the last Event is written: for a while nothing has been asked but what checks ask. */
async function untilQuiet(): Promise<void> {
  const { api } = faulty
  let seen = -1
  await pollUntil({
    what: 'the relay to have nothing more to write',
    probe: async () => {
      const before = seen
      seen = api.calls.filter(({ kind }) => /^(?:create|patch) (?!leases)/.test(kind)).length
      await sleep(CHECK_INTERVAL_MS / 2)
      return seen === before
    },
    timeoutMs: FINISH_LIMIT_MS,
  })
}

const countsOf = (calls: readonly CallRecord[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(calls, ({ kind }) => kind)].map(([kind, ofKind]) => [kind, ofKind.length]),
  )
