/**
 * SIGTERM in the middle of work: what is under way is finished, what cannot be is left for the next
 * process, and the lease is let go in any case.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { type ApiProxy, startApiProxy } from '../support/api-proxy.ts'
import { createCsr } from '../support/csr.ts'
import { requestManifest } from '../support/edge/objects.ts'
import { startStubSigner } from '../support/edge/stub-signer.ts'
import {
  type EdgeEnvironment,
  getObject,
  kubectlWait,
  mustKubectl,
  PATIENCE,
  readyClusterIssuer,
  readyOf,
  startEdgeEnvironment,
} from './environment.ts'

/** What a pod is given (terminationGracePeriodSeconds). */
const GRACE_MS = 30_000
/** Longer than a relay takes to end when there is nothing to do. */
const SLOW_MS = 4_000

let edge: EdgeEnvironment
let proxy: ApiProxy
/** Called for each request of the relay that goes through the proxy. */
let admit: (request: { readonly method: string; readonly path: string }) => Promise<boolean>

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  await readyClusterIssuer(edge)
  const { server, caPem } = edge.plane
  admit = async () => Promise.resolve(true)
  proxy = await startApiProxy({ server, caPem, admit: async (asked) => admit(asked) })
})

afterAll(async () => {
  await proxy.stop()
  await edge.stop()
})

async function request(name: string): Promise<void> {
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  await edge.plane.apply(requestManifest({ name, namespace: 'default', csrPem, issuerRef }))
}

const look = async (name: string): ReturnType<typeof getObject> =>
  getObject(edge.plane, `certificaterequest/${name}`, 'default')

const leaseHolder = async (): Promise<string> =>
  mustKubectl(
    edge.plane,
    'get lease/edge-issuer-relay -n edge-issuer -o jsonpath={.spec.holderIdentity}',
  )

it('a certificate that is signed is written before the relay ends', async ({ expect }) => {
  const flags = ['--leader-elect', '--log-level=debug']
  await edge.restartRelay({ kubeconfig: await kubeconfigThroughProxy(), flags })
  const writing = Promise.withResolvers<void>()
  admit = async ({ method, path }) => {
    if (method === 'PATCH' && path.includes('/certificaterequests/slow/status')) {
      writing.resolve()
      await sleep(SLOW_MS)
    }
    return true
  }
  await request('slow')
  await writing.promise
  expect(await leaseHolder()).not.toBe('')
  expect(await edge.relay().stop(GRACE_MS)).toEqual({ code: 0, signal: null })
  expect(readyOf(await look('slow'))?.reason).toBe('Issued')
  expect(await leaseHolder()).toBe('')
  expect(await lastMessages()).toEqual(['lease released', 'stopped'])
})

it('a worker that does not answer is not waited for, and the request is issued later', async ({
  expect,
}) => {
  const { plane, signer } = edge
  const flags = ['--leader-elect', '--log-level=debug']
  await edge.restartRelay({ kubeconfig: edge.relayKubeconfig, flags })
  const file = (name: string): string => join(plane.directory, 'signer', name)
  await signer.worker.stop()
  const stub = await startStubSigner({
    url: signer.worker.url,
    health: {},
    sign: () => 'silence',
    tlsKeyFile: file('tls.key'),
    tlsCertificateFile: file('tls.pem'),
  })
  await request('unanswered')
  while (!stub.asked.has('unanswered')) await sleep(50)
  expect(await edge.relay().stop(GRACE_MS)).toEqual({ code: 0, signal: null })
  expect(await leaseHolder()).toBe('')
  expect((await look('unanswered')).status.failureTime).toBeUndefined()
  await stub.stop()
  await signer.worker.restart()
  await edge.restartRelay({ flags })
  await kubectlWait(
    plane,
    ['certificaterequest/unanswered', 'condition=Ready', PATIENCE],
    'default',
  )
})

/** The end of the relay's log. */
async function lastMessages(): Promise<readonly string[]> {
  const lines = (await readFile(edge.relay().logFile, 'utf8')).trim().split('\n').slice(-2)
  const line = z.object({ message: z.string() })
  return lines.map((text) => line.parse(JSON.parse(text)).message)
}

async function kubeconfigThroughProxy(): Promise<string> {
  const config = z
    .object({ users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]) })
    .parse(parse(await readFile(edge.relayKubeconfig, 'utf8')))
  return writeKubeconfig({
    folder: edge.plane.directory,
    name: 'relay-through-proxy',
    server: proxy.url,
    caPem: proxy.caPem,
    login: { kind: 'token', token: config.users[0].user.token },
  })
}
