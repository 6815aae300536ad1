import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import {
  certificateManifest,
  issuerManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, it } from 'vitest'
import { NO_WORKER } from '../../../relay/src/signer/concealed-client.ts'
import { listen, type Listener } from '../../relay/signer/listeners.ts'
import {
  type EdgeEnvironment,
  getObject,
  grantCredentials,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyClusterIssuer,
  readyOf,
  startEdgeEnvironment,
} from '../environment.ts'

const NAMESPACE = 'tenant'
const kindOf = (name: string): string => `issuer.edge-issuer.dev/${name}`

let edge: EdgeEnvironment
const listeners: Listener[] = []

beforeAll(async () => {
  edge = await startEdgeEnvironment({ issuerUrlAllow: [] })
  const { plane, signer } = edge
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${NAMESPACE}}}`)
  await grantCredentials(plane, NAMESPACE)
  await plane.apply(secretManifest(NAMESPACE, signer.clientKeyPem))
})

afterAll(async () => {
  await edge.stop()
  for (const { stop } of listeners) await stop()
})

const create = async (name: string, spec: object = {}): Promise<unknown> =>
  edge.plane.apply(
    issuerManifest(edge.signer, { kind: 'Issuer', name, namespace: NAMESPACE, spec }),
  )

/** The message of an Issuer once it has this reason. */
async function message(name: string, reason: 'Failed' | 'Pending'): Promise<string | undefined> {
  const condition = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`
  await kubectlWait(edge.plane, [kindOf(name), condition, TIMEOUT], NAMESPACE)
  return readyOf(await getObject(edge.plane, kindOf(name), NAMESPACE))?.message
}

const refusal = (host: string): string =>
  `Failed permanently: spec.url: an Issuer may use public addresses and names only, and ${host} is not public; use a ClusterIssuer, or ask a cluster admin to allow it: --issuer-url-allow=${host}, or issuerUrlAllow in the chart`

async function portOf(server: Parameters<typeof listen>[0]): Promise<string> {
  const listener = await listen(server)
  listeners.push(listener)
  return String(listener.port)
}

it('an Issuer may not use a worker at a private address; a ClusterIssuer may', async ({
  expect,
}) => {
  let connections = 0
  const inside = createTcpServer((socket) => {
    connections += 1
    socket.destroy()
  })
  const port = await portOf(inside)
  await create('literal', { url: `https://127.0.0.1:${port}` })
  await create('spelled', { url: `https://0x7f.1:${port}` })
  await create('named', { url: `https://localhost:${port}` })
  await create('mapped', { url: `https://[::ffff:127.0.0.1]:${port}` })
  expect(await message('literal', 'Failed')).toBe(refusal('127.0.0.1'))
  expect(await message('spelled', 'Failed')).toBe(refusal('127.0.0.1'))
  expect(await message('mapped', 'Failed')).toBe(refusal('::ffff:7f00:1'))
  // Whether the name exists, and where, must not show.
  expect(await message('named', 'Pending')).toBe(`Not ready yet: ${NO_WORKER}`)
  expect(connections).toBe(0)
  expect(await readFile(edge.relay().logFile, 'utf8')).toContain('blocked by net.BlockList')
  await readyClusterIssuer(edge)
})

it('an Issuer may use it with --issuer-url-allow, and its condition reveals nothing', async ({
  expect,
}) => {
  const { plane, signer } = edge
  await edge.restartRelay({ issuerUrlAllow: ['127.0.0.0/8'] })
  await create('edge')
  const other = await createAuthority({ commonName: 'other' })
  const caBundle = Buffer.from(other.certificatePem).toString('base64')
  const http = await portOf(createServer((_request, response) => response.writeHead(404).end()))
  await create('closed', { url: 'https://127.0.0.1:1' })
  await create('plain', { url: `https://127.0.0.1:${http}` })
  await create('untrusted', { caBundle })
  await create('elsewhere', { url: 'https://no-such-host.invalid' })
  const names = ['closed', 'plain', 'untrusted', 'elsewhere']
  const messages = await Promise.all(names.map(async (name) => message(name, 'Pending')))
  expect(new Set(messages)).toEqual(new Set([`Not ready yet: ${NO_WORKER}`]))
  const events = await mustKubectl(
    plane,
    `get events -n ${NAMESPACE}`,
    '-o=jsonpath={range .items[?(@.reason=="RetryableError")]}{.message}{"\\n"}{end}',
  )
  expect(new Set(events.trimEnd().split('\n'))).toEqual(new Set(messages))
  await kubectlWait(plane, [kindOf('edge'), 'condition=Ready', TIMEOUT], NAMESPACE)
  const issuer = { kind: 'Issuer', name: 'edge' } as const
  await plane.apply(certificateManifest({ name: 'web', namespace: NAMESPACE, issuer }))
  await kubectlWait(plane, ['certificate/web', 'condition=Ready', TIMEOUT], NAMESPACE)
  expect(await readFile(edge.relay().logFile, 'utf8')).toContain(
    `the TLS certificate of ${signer.worker.url} is not trusted`,
  )
})
