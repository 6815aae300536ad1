/**
 * Metrics that a scraper can verify: the certificate that the chart requests from cert-manager, and the token
 * that the manual makes, with a relay that serves them.
 *
 * @module
 */
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { RELAY_SERVICE_ACCOUNT, startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, it } from 'vitest'
import { z } from 'zod'
import { getObject, kubectlWait, mustKubectl, TIMEOUT } from '../../e2e/environment.ts'
import { mustHelm, RELEASE } from './helm.ts'
import { documentedCommands } from './readme.ts'

const { namespace } = RELEASE
const SERVER_NAME = 'edge-issuer-metrics.edge-issuer.svc'
const STOP_GRACE_MS = 30_000
const TOKEN_LIMIT_MS = 30_000

/** A CA of cert-manager's, in the relay's namespace. */
const INTERNAL_CA = `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: self-signed, namespace: edge-issuer }
spec: { selfSigned: {} }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: internal, namespace: edge-issuer }
spec:
  isCA: true
  commonName: internal
  secretName: internal
  issuerRef: { name: self-signed }
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: internal, namespace: edge-issuer }
spec: { ca: { secretName: internal } }
`

let plane: ControlPlane
let relay: ManagedProcess
let port: number
let certificate: Readonly<Record<string, string>>

beforeAll(async () => {
  plane = await startControlPlane({ withControllerManager: true })
  await mustKubectl(plane, `create namespace ${namespace}`)
  await plane.apply(INTERNAL_CA)
  const values = { metrics: { certificate: { create: true, issuerRef: { name: 'internal' } } } }
  await mustHelm('install', plane.adminKubeconfig, { values })
  const ready = ['certificate/edge-issuer-metrics', 'condition=Ready', TIMEOUT] as const
  await kubectlWait(plane, ready, namespace)
  certificate = await entriesOf('edge-issuer-metrics-tls')
  const certDir = join(plane.directory, 'metrics-certificate')
  await mkdir(certDir)
  for (const name of ['tls.crt', 'tls.key'])
    await writeFile(join(certDir, name), certificate[name] ?? '')
  ;[port = 0] = await freePorts(1)
  relay = await startRelayProcess({
    kubeconfig: await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT),
    logFile: join(plane.directory, 'relay.log'),
    flags: [`--metrics-bind-address=127.0.0.1:${String(port)}`, `--metrics-cert-dir=${certDir}`],
  })
})

afterAll(async () => {
  await relay.stop(STOP_GRACE_MS)
  await plane.stop()
})

/** The entries of a Secret, decoded. */
async function entriesOf(name: string): Promise<Readonly<Record<string, string>>> {
  const { data } = await getObject(plane, `secret/${name}`, namespace)
  const entries = Object.entries(z.record(z.string(), z.string()).default({}).parse(data))
  return Object.fromEntries(
    entries.map(([entry, value]) => [entry, Buffer.from(value, 'base64').toString()]),
  )
}

/** As Prometheus does with the ServiceMonitor's `tlsConfig` and `authorization`. */
async function scrape(token: string, ca: string | undefined): Promise<string> {
  const asking = request({
    host: '127.0.0.1',
    port,
    path: '/metrics',
    servername: SERVER_NAME,
    headers: { authorization: `Bearer ${token}` },
    agent: false,
    ca,
  })
  asking.end()
  const [answer]: unknown[] = await once(asking, 'response')
  if (!(answer instanceof IncomingMessage)) throw new Error('a response was expected')
  return `${String(answer.statusCode)} ${await text(answer)}`
}

it("are verified by the Secret's CA, and had with the token that the manual makes", async ({
  expect,
}) => {
  for (const { args, stdin } of await documentedCommands('Metrics that Prometheus can verify')) {
    const { code, stderr } = await plane.kubectl(args, { stdin })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }
  await pollUntil({
    what: 'the token in its Secret',
    timeoutMs: TOKEN_LIMIT_MS,
    probe: async () => (await entriesOf('edge-issuer-scraper'))['token'] !== undefined,
  })
  const { token = '' } = await entriesOf('edge-issuer-scraper')
  const ca = certificate['ca.crt']
  expect(await scrape(token, ca)).toMatch(/^200 # HELP /u)
  expect(await scrape('x', ca)).toMatch(/^401 /u)
  await expect(scrape(token, undefined)).rejects.toThrow(/certificate/u)
})

/** As a real cluster has it: this one's API server has a loopback address, which is no endpoint. */
const API_SERVER_ENDPOINT = `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: kubernetes
  namespace: default
  labels: { kubernetes.io/service-name: kubernetes }
addressType: IPv4
endpoints: [{ addresses: [10.1.2.3], conditions: { ready: true } }]
ports: [{ name: https, port: 16443, protocol: TCP }]
`

it("the manual's command prints the port of the API server", async ({ expect }) => {
  await plane.apply(API_SERVER_ENDPOINT)
  const [command] = await documentedCommands('Network policy')
  expect(await plane.kubectl(command?.args ?? [])).toMatchObject({ code: 0, stdout: '16443' })
})
