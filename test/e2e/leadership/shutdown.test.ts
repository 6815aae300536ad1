/**
 * SIGTERM during work: running work is finished, the rest is left for the next
 * process, nothing new starts, and the lease is released in any case.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { afterAll, beforeAll, beforeEach, it } from 'vitest'
import { z } from 'zod'
import { createBurst, type Created } from '../../support/edge/burst.ts'
import type { Call } from '../../support/fault-proxy/call.ts'
import type { Fault } from '../../support/fault-proxy/fault.ts'
import {
  getObject,
  kubectlWait,
  mustKubectl,
  type ObservedObject,
  TIMEOUT,
  readyOf,
} from '../environment.ts'
import { type FaultyEnvironment, startFaultyEnvironment } from '../failures/faulty-environment.ts'
import { getSigningRequest, isSigned, makeSigningRequest } from '../issuing/signing-requests.ts'

/** The Pod's terminationGracePeriodSeconds. */
const GRACE_MS = 30_000
/** Longer than a relay takes to end when there is nothing to do. */
const SLOW: Fault = { kind: 'delay', ms: 4_000 }
const NAMESPACE = 'default'
const STOP_MESSAGES: ReadonlySet<string> = new Set(['stopping', 'lease released', 'stopped'])
const IN_ORDER = { code: 0, signal: null }

let faulty: FaultyEnvironment

beforeAll(async () => {
  faulty = await startFaultyEnvironment({ relayFlags: ['--leader-elect'] })
})

afterAll(async () => {
  await faulty.stop()
})

/** Starts a leader that has a Ready issuer. The one before has released its lease. */
beforeEach(async () => {
  const { api, worker, edge, restartRelay } = faulty
  api.inject(() => undefined)
  worker.inject(() => undefined)
  await edge.relay().stop(GRACE_MS)
  await restartRelay()
  await kubectlWait(
    edge.plane,
    ['clusterissuer.edge-issuer.dev/edge', 'condition=Ready', TIMEOUT],
    NAMESPACE,
  )
})

/** Makes an approved CertificateRequest. */
const request = async (name: string): Promise<readonly Created[]> =>
  createBurst(faulty.admin, [{ scenario: 'good', name, namespace: NAMESPACE }])

const look = async (name: string): Promise<ObservedObject> =>
  getObject(faulty.edge.plane, `certificaterequest/${name}`, NAMESPACE)

const csrPem = (): string => createCsr({ dnsNames: ['web.example.com'] }).pem

const leaseHolder = async (): Promise<string> =>
  mustKubectl(
    faulty.edge.plane,
    'get lease/edge-issuer-relay -n edge-issuer -o jsonpath={.spec.holderIdentity}',
  )

/** @returns The faults of a proxy, and a promise of the first call of this kind that gets `fault`. */
function injectOn(
  kind: string,
  fault: Fault,
): { readonly choice: (call: Call) => Fault | undefined; readonly met: Promise<void> } {
  const { promise: met, resolve } = Promise.withResolvers<void>()
  const choice = (call: Call): Fault | undefined => {
    if (call.kind !== kind) return undefined
    resolve()
    return fault
  }
  return { choice, met }
}

it('a signed certificate is written before the relay ends, and no new request starts', async ({
  expect,
}) => {
  const { edge, api } = faulty
  const { choice, met } = injectOn('patch certificaterequests/status', SLOW)
  api.inject(choice)
  await request('slow')
  await met
  expect(await leaseHolder()).not.toBe('')
  const ended = edge.relay().stop(GRACE_MS)
  await pollUntil({
    what: 'the relay to hear that it is to end',
    probe: async () => (await stopMessages()).includes('stopping'),
    timeoutMs: GRACE_MS,
  })
  await request('new')
  expect(await ended).toEqual(IN_ORDER)
  expect(readyOf(await look('slow'))?.reason).toBe('Issued')
  expect(readyOf(await look('new'))).toBeUndefined()
  expect(await leaseHolder()).toBe('')
  expect(await stopMessages()).toEqual([...STOP_MESSAGES])
})

it('the relay waits for a slow worker', async ({ expect }) => {
  const { edge, worker } = faulty
  const { choice, met } = injectOn('sign', SLOW)
  worker.inject(choice)
  const name = await makeSigningRequest(edge.plane, { name: 'patience', csrPem: csrPem() })
  await met
  expect(await edge.relay().stop(GRACE_MS)).toEqual(IN_ORDER)
  expect((await getSigningRequest(edge.plane, name)).status.certificate).toBeDefined()
  expect(await leaseHolder()).toBe('')
})

it('the relay does not wait for a worker that never responds, and the next relay signs the request', async ({
  expect,
}) => {
  const { edge, worker, restartRelay } = faulty
  const { choice, met } = injectOn('sign', { kind: 'half-open' })
  worker.inject(choice)
  const name = await makeSigningRequest(edge.plane, { name: 'unanswered', csrPem: csrPem() })
  await met
  expect(await edge.relay().stop(GRACE_MS)).toEqual(IN_ORDER)
  expect(await leaseHolder()).toBe('')
  const { status } = await getSigningRequest(edge.plane, name)
  expect(status.conditions.map(({ type }) => type)).toEqual(['Approved'])
  worker.inject(() => undefined)
  await restartRelay()
  await isSigned(edge.plane, name)
})

/** The relay's log messages about its end, and its warnings and errors. */
async function stopMessages(): Promise<readonly string[]> {
  const line = z.object({ level: z.string(), message: z.string() })
  const lines = (await readFile(faulty.edge.relay().logFile, 'utf8'))
    .trim()
    .split('\n')
    .map((text) => line.parse(JSON.parse(text)))
  const started = lines.findLastIndex(({ message }) => message === 'starting')
  return lines.slice(started).flatMap(({ level, message }) => {
    const isTrouble = level === 'warn' || level === 'error'
    return isTrouble || STOP_MESSAGES.has(message) ? [message] : []
  })
}
