import { afterEach, describe, it, vi } from 'vitest'
import { NO_WORKER } from '../../../relay/src/signer/concealed-client.ts'
import type { Connections } from '../../../relay/src/signer/connections.ts'
import { fakeDns } from '../../support/fake-dns.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { ANSWERING_NAME, answerWith, startAnsweringServer } from './answering-server.ts'
import { startWriting } from './listeners.ts'
import { frozenClock, memoryLog, openConnections, type OpenOptions } from './open-connections.ts'

const NEVER = new AbortController().signal
const REFUSAL = {
  type: 'about:blank',
  title: 'x',
  status: 403,
  class: 'permanent',
  code: 'profile_unknown',
  detail: 'not for you',
}
const stops: (() => Promise<unknown>)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  for (const stop of stops.splice(0)) await stop()
})

function open(options: OpenOptions = {}): Connections {
  const connections = openConnections({ clock: frozenClock(), ...options })
  stops.unshift(async () => connections.close())
  return connections
}

/** The spec of an issuer that trusts a server. */
const trusting = ({ caPem }: { readonly caPem: string }): Pick<OpenOptions, 'spec'> => ({
  spec: () => ({ caBundle: btoa(caPem) }),
})

/** What a health check of the worker at `url` reports: the error or the message, or that it was good. */
async function check(
  connections: Connections,
  { kind = 'Issuer', url }: { kind?: string; url: string },
): Promise<string> {
  const client = await connections.connect(
    anIssuer({ kind, spec: { url }, metadata: { uid: `${kind} ${url}` } }),
    'live',
    NEVER,
  )
  if (!client.ok) return `${client.error.kind}: ${client.error.message}`
  const health = await client.value.health('default', NEVER)
  return health.ok ? 'good' : health.error.message
}

describe('the address that is connected to', () => {
  it('is checked at each connection, so that a name that changes its address leads nowhere', async ({
    expect,
  }) => {
    const allowed = await startWriting('', '127.0.0.2')
    const inside = await startWriting('', '127.0.0.1', allowed.port)
    stops.push(allowed.stop, inside.stop)
    fakeDns(['127.0.0.2'], ['127.0.0.1'])
    const { log, lines } = memoryLog()
    const connections = open({ allow: ['127.0.0.2/32'], log })
    const url = `https://rebind.test:${String(allowed.port)}`
    expect(await check(connections, { url })).toBe(NO_WORKER)
    expect(await check(connections, { url })).toBe(NO_WORKER)
    expect([allowed.connections(), inside.connections()]).toEqual([1, 0])
    expect(lines.at(-1)?.['error']).toContain('127.0.0.1')
  })

  it('is checked for each address of a name', async ({ expect }) => {
    const inside = await startWriting('')
    stops.push(inside.stop)
    // Nothing listens at the first one.
    fakeDns(['127.0.0.2', '127.0.0.1', '::1', '::ffff:127.0.0.1'])
    const connections = open({ allow: ['127.0.0.2'] })
    const url = `https://many.test:${String(inside.port)}`
    expect(await check(connections, { url })).toBe(NO_WORKER)
    expect(inside.connections()).toBe(0)
  })

  it('is not limited for a name that is allowed, nor for ClusterIssuers', async ({ expect }) => {
    const inside = await startWriting('')
    stops.push(inside.stop)
    fakeDns(['127.0.0.1'])
    const url = `https://ca.pki.test:${String(inside.port)}`
    await check(open({ allow: ['.pki.test'] }), { url })
    expect(inside.connections()).toBe(1)
    const text = await check(open(), { kind: 'ClusterIssuer', url })
    expect(inside.connections()).toBe(2)
    expect(text).toContain(`cannot reach the worker at ${url} (`)
  })
})

describe('what an Issuer may use', () => {
  it('does not include the connection of a ClusterIssuer', async ({ expect }) => {
    const server = await startAnsweringServer()
    stops.push(server.stop)
    server.respond(answerWith(403, REFUSAL))
    fakeDns(['127.0.0.1'])
    const connections = open(trusting(server))
    const worker = { url: `https://${ANSWERING_NAME}:${new URL(server.url).port}` }
    const cluster = { ...worker, kind: 'ClusterIssuer' }
    expect(await check(connections, cluster)).toContain('refused (profile_unknown)')
    expect(await check(connections, worker)).toBe(NO_WORKER)
    expect(await check(connections, cluster)).toContain('refused (profile_unknown)')
    expect(server.received).toHaveLength(2)
  })

  it('includes what a worker says', async ({ expect }) => {
    const server = await startAnsweringServer()
    stops.push(server.stop)
    server.respond(answerWith(403, REFUSAL))
    const text = await check(open({ ...trusting(server), allow: ['127.0.0.1'] }), server)
    expect(text).toBe(`worker at ${server.url} refused (profile_unknown): not for you`)
  })

  it('is refused before anything is sent where the URL has the address', async ({ expect }) => {
    const inside = await startWriting('')
    stops.push(inside.stop)
    const url = `https://127.1:${String(inside.port)}`
    expect(await check(open(), { url })).toBe(
      'spec: spec.url: an Issuer may use public addresses and names only, and 127.0.0.1 is not public; use a ClusterIssuer, or ask a cluster admin to allow it: --issuer-url-allow=127.0.0.1, or issuerUrlAllow in the chart',
    )
    expect(inside.connections()).toBe(0)
  })

  it.for([301, 302, 303, 307, 308])(
    'does not include where a %d leads',
    async (status, { expect }) => {
      const [server, inside] = [await startAnsweringServer(), await startAnsweringServer()]
      stops.push(server.stop, inside.stop)
      server.respond((response) => response.writeHead(status, { location: inside.url }).end())
      expect(await check(open({ ...trusting(server), allow: ['127.0.0.1'] }), server)).toBe(
        NO_WORKER,
      )
      expect([server.received.length, inside.received.length]).toEqual([1, 0])
    },
  )
})

describe('behind a proxy', () => {
  it.for([
    ['https://10.0.0.1', 'and 10.0.0.1 is not public'],
    ['https://0x7f000002', 'and 127.0.0.2 is not public'],
    ['https://api.default.svc', 'and api.default.svc is not public'],
    ['https://kubernetes', 'and kubernetes is not public'],
  ] as const)('%s is refused', async ([url, want], { expect }) => {
    const proxy = await startWriting('HTTP/1.1 403 Forbidden\r\n\r\n')
    stops.push(proxy.stop)
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${String(proxy.port)}`)
    for (const name of ['https_proxy', 'NO_PROXY', 'no_proxy']) vi.stubEnv(name, '')
    const connections = open()
    // The address of loopback needs no proxy, but the check is the same.
    expect(await check(connections, { url })).toContain(want)
    expect(proxy.connections()).toBe(0)
    // The proxy itself may be anywhere; where a public name leads is for it to decide.
    expect(await check(connections, { url: 'https://ca.example.com' })).toBe(NO_WORKER)
    expect(proxy.connections()).toBe(1)
  })
})
