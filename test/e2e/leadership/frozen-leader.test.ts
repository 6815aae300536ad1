/**
 * Two replicas never lead at once: a leader whose connection to the API server freezes ends before another
 * leads, and one that was suspended writes nothing when it continues.
 *
 * @module
 */
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { withPorts } from '@edge-issuer/testbed/processes/ports'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { issuerManifest, requestManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT, startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { refusal, type StubSigner, startStubSigner } from '@edge-issuer/testbed/worker/stub-worker'
import { healthOf } from '@edge-issuer/testbed/worker/worker-health'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startApiProxy } from '../../support/edge/api-proxy.ts'
import type { CallRecord, FaultProxy } from '../../support/fault-proxy/proxy.ts'
import { type FreezableProxy, startFreezableProxy } from '../../support/freezable-proxy.ts'
import { type EdgeEnvironment, mustKubectl, startEdgeEnvironment } from '../environment.ts'
import { leadsAs, leaseHolder, waitUntilLeads } from './leadership.ts'

const POLL_TIMEOUT_MS = 60_000
const TEST_TIMEOUT_MS = 120_000
const ISSUER_REF = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
/** Calls that only the leader may make; a read changes nothing. */
const WRITE = /^(patch|create|update) (?!tokenreviews|subjectaccessreviews)/

/** A relay with its own connection to the API server. */
interface Replica {
  readonly process: ManagedProcess
  /** Sees every call that arrives. */
  readonly api: FaultProxy
  /** The proxy between the relay and {@link api}. */
  readonly connection: FreezableProxy
}

let edge: EdgeEnvironment
/** The worker of the one issuer: it is healthy, and hangs on signing. */
let stub: StubSigner
let leader: Replica
const replicas: Replica[] = []

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  // It works without a lease.
  await edge.relay().kill()
  const { plane, signer } = edge
  const health = await healthOf(signer)
  const { url, started } = await withPorts({ count: 1 }, async ([port = 0]) => {
    const at = `https://127.0.0.1:${String(port)}`
    return {
      url: at,
      started: await startStubSigner({
        url: at,
        health,
        sign: () => 'hang',
        tlsKeyFile: join(signer.directory, 'tls.key'),
        tlsCertificateFile: join(signer.directory, 'tls.pem'),
      }),
    }
  })
  stub = started
  const issuer = { kind: 'ClusterIssuer', name: ISSUER_REF.name, spec: { url } } as const
  await plane.apply(
    [
      secretManifest(RELAY_SERVICE_ACCOUNT.namespace, signer.clientKeyPem),
      issuerManifest(signer, issuer),
    ].join('---\n'),
  )
  leader = await startReplica()
  await waitUntilLeads(leader.process)
})

afterAll(async () => {
  for (const { process, connection, api } of replicas) {
    await process.kill()
    await connection.stop()
    await api.stop()
  }
  await edge.stop()
  await stub.stop()
})

/** Starts a replica, which is ready when this returns. */
async function startReplica(): Promise<Replica> {
  const name = `replica-${String(started.length)}`
  started.push(name)
  let connection: FreezableProxy | undefined
  const api = await startApiProxy(edge.plane, {
    kubeconfig: edge.relayKubeconfig,
    name,
    before: async (port) => {
      connection = await startFreezableProxy(port)
      return connection.port
    },
  })
  if (connection === undefined) throw new Error('nothing is before the API server')
  const process = await startRelayProcess({
    kubeconfig: api.kubeconfig,
    logFile: join(edge.plane.directory, `${name}.log`),
    flags: ['--leader-elect', '--log-level=debug'],
  })
  const replica = { process, api, connection }
  replicas.push(replica)
  return replica
}

/** Names of all replicas so far. */
const started: string[] = []

/** Creates a request. */
async function request(name: string): Promise<void> {
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  await edge.plane.apply(
    requestManifest({ name, namespace: 'default', csrPem, issuerRef: ISSUER_REF }),
  )
}

async function waitUntilAsked(name: string, times: number): Promise<void> {
  await pollUntil({
    what: `call ${String(times)} for ${name}`,
    probe: async () => Promise.resolve((stub.asked.get(name) ?? 0) >= times),
    timeoutMs: POLL_TIMEOUT_MS,
  })
}

/** Creates a request for the leader. @returns Another replica, which is ready to follow */
async function putToWork(name: string): Promise<Replica> {
  await request(name)
  await waitUntilAsked(name, 1)
  return startReplica()
}

const isWrite = ({ kind }: CallRecord): boolean => WRITE.test(kind)

describe('a leader that freezes', () => {
  it.for([1, 2, 3])(
    'run %d: without its connection it ends before the next one leads',
    { timeout: TEST_TIMEOUT_MS },
    async (run, { expect }) => {
      const name = `frozen-${String(run)}`
      const next = await putToWork(name)
      leader.connection.freeze()
      const end = await leader.process.ended
      // The process has ended, so the next one is the only writer.
      expect(await leadsAs(next.process)).toBeUndefined()
      expect(end).toEqual({ code: 1, signal: null })
      await waitUntilLeads(next.process)
      await waitUntilAsked(name, 2)
      expect(await leaseHolder(edge.plane)).toBe(await leadsAs(next.process))
      leader = next
      // Its calls hang, too, and the leader makes a few of them at a time.
      await mustKubectl(edge.plane, `delete certificaterequest/${name} -n default`)
    },
  )

  it(
    'as a process (SIGSTOP) it calls no worker and writes nothing when it goes on after the next one leads',
    { timeout: TEST_TIMEOUT_MS },
    async ({ expect }) => {
      const next = await putToWork('stopped')
      process.kill(leader.process.pid, 'SIGSTOP')
      await waitUntilLeads(next.process)
      await waitUntilAsked('stopped', 2)
      // Waits in its watch; the next leader calls for it once.
      await request('late')
      await waitUntilAsked('late', 1)
      // Waits on its connection to the worker, and is a reason to write.
      stub.answerHanging(refusal('csr_malformed'))
      leader.api.inject(() => undefined)
      process.kill(leader.process.pid, 'SIGCONT')
      expect(await leader.process.ended).toEqual({ code: 1, signal: null })
      expect(leader.api.calls.filter(isWrite)).toEqual([])
      expect(stub.asked.get('late')).toBe(1)
      expect(await leaseHolder(edge.plane)).toBe(await leadsAs(next.process))
    },
  )
})
