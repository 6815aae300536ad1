/**
 * Several replicas: one works, the others are ready; however it ends, another takes over, and
 * nothing is signed twice.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { requestManifest } from '@edge-issuer/testbed/relay/objects'
import { startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, it } from 'vitest'
import { z } from 'zod'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'
import { leadsAs, LEASE, leaseHolder, waitUntilLeads } from './leadership.ts'

/** The documented time: 15 s of the lease, at most one renewal before, and the signing. */
const TAKE_OVER_LIMIT_MS = 20_000
const HAND_OVER_LIMIT_MS = 4_000
const GRACE_MS = 30_000

let edge: EdgeEnvironment
const replicas: ManagedProcess[] = []

beforeAll(async () => {
  edge = await startEdgeEnvironment({ relayFlags: ['--leader-elect'] })
  await readyClusterIssuer(edge)
})

afterAll(async () => {
  for (const replica of replicas) await replica.stop(GRACE_MS)
  await edge.stop()
})

/** Starts another replica, which is ready when this returns, and leads as soon as it can. */
async function anotherReplica(name: string): Promise<ManagedProcess> {
  const replica = await startRelayProcess({
    kubeconfig: edge.relayKubeconfig,
    logFile: join(edge.plane.directory, `${name}.log`),
    flags: ['--leader-elect', '--log-level=debug'],
  })
  replicas.push(replica)
  return replica
}

/** Requests a certificate. */
async function request(name: string): Promise<void> {
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  await edge.plane.apply(requestManifest({ name, namespace: 'default', csrPem, issuerRef }))
}

const isIssued = async (name: string): Promise<void> =>
  kubectlWait(edge.plane, [`certificaterequest/${name}`, 'condition=Ready', TIMEOUT], 'default')

/** The worker's results for the request of this name. */
async function outcomes(name: string): Promise<readonly string[]> {
  const lines = (await readFile(edge.signer.worker.logFile, 'utf8')).split('\n')
  const outcome = z.object({ outcome: z.string() })
  return lines
    .filter((line) => line.includes(`"${name}"`))
    .map((line) => outcome.parse(JSON.parse(line)).outcome)
}

it(
  'one replica leads, a second one is ready and waits',
  { tags: ['AC-18'] },
  async ({ expect }) => {
    await anotherReplica('second')
    expect(await leaseHolder(edge.plane)).toBe(await leadsAs(edge.relay()))
    await request('before')
    await isIssued('before')
    expect(await leadsAs(replicas[0] ?? edge.relay())).toBeUndefined()
    expect(await outcomes('before')).toEqual(['issued'])
  },
)

it(
  'when the leader is killed, the second replica issues',
  { tags: ['AC-18'] },
  async ({ expect }) => {
    const [second] = replicas
    if (second === undefined) throw new Error('there is no second replica')
    await edge.relay().kill()
    const killedAtMs = Date.now()
    await request('orphan')
    await isIssued('orphan')
    expect(Date.now() - killedAtMs).toBeLessThan(TAKE_OVER_LIMIT_MS)
    expect(await leaseHolder(edge.plane)).toBe(await leadsAs(second))
    expect(await outcomes('orphan')).toEqual(['issued'])
  },
)

it(
  'when the leader ends in order, the next one takes over at once',
  { tags: ['AC-27'] },
  async ({ expect }) => {
    const [second] = replicas
    if (second === undefined) throw new Error('there is no second replica')
    const third = await anotherReplica('third')
    const stopAtMs = Date.now()
    const ended = second.stop(GRACE_MS)
    await waitUntilLeads(third)
    expect(Date.now() - stopAtMs).toBeLessThan(HAND_OVER_LIMIT_MS)
    expect(await ended).toEqual({ code: 0, signal: null })
    await request('heir')
    await isIssued('heir')
    expect(await outcomes('heir')).toEqual(['issued'])
  },
)

it('a leader whose lease is taken ends with its own exit code', async ({ expect }) => {
  const third = replicas.at(-1)
  if (third === undefined) throw new Error('there is no third replica')
  const patch = JSON.stringify({ spec: { holderIdentity: 'intruder' } })
  await mustKubectl(edge.plane, `patch ${LEASE} --type=merge -p`, patch)
  expect(await third.ended).toEqual({ code: 1, signal: null })
  expect(await leaseHolder(edge.plane)).toBe('intruder')
})
