import { createServer as createHttpServer } from 'node:http'
import { Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { startUnaccepting } from '@edge-issuer/testbed/servers/unaccepting-server'
import { afterEach, describe, it, vi } from 'vitest'
import type { SignerError } from '../../../relay/src/api/signer-error.ts'
import { LEAST_FAILURE_MS, NO_WORKER } from '../../../relay/src/signer/concealed-client.ts'
import { fakeDns } from '../../support/fake-dns.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { startSilent } from '../../support/stuck-servers.ts'
import { answerWith, type Respond, startAnsweringServer } from './answering-server.ts'
import { type Listener, listen, startWriting } from './listeners.ts'
import { frozenClock, memoryLog, openConnections } from './open-connections.ts'
import { REQUEST } from './sign-request.ts'

interface Place {
  readonly url: string
  /** Of the roots to trust. */
  readonly caPem?: string
  /** The caller waits no longer than this, since the relay's own limits take seconds. */
  readonly deadlineMs?: number
}

const NEVER = new AbortController().signal
const HANGS = { deadlineMs: 300 }
const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  for (const stop of stops.splice(0)) await stop()
})

/** @returns The URL of a server that ends with the test. */
async function urlOf(server: Server | Promise<Listener>): Promise<string> {
  const { port, stop } = await (server instanceof Server ? listen(server) : server)
  stops.push(stop)
  return `https://127.0.0.1:${String(port)}`
}

async function closedPort(): Promise<Place> {
  const url = await urlOf(startWriting(''))
  await stops.pop()?.()
  return { url }
}

const plain = async (text: string): Promise<Place> => ({ url: await urlOf(startWriting(text)) })

async function http(status: number): Promise<Place> {
  const server = createHttpServer((_request, response) => response.writeHead(status).end('hello'))
  return { url: await urlOf(server) }
}

async function https(respond: Respond): Promise<Place> {
  const server = await startAnsweringServer()
  stops.push(server.stop)
  server.respond(respond)
  return { url: server.url, caPem: server.caPem }
}

/** With a certificate for `names` by an authority that the issuer trusts. */
async function tls(names: readonly string[], write = ''): Promise<Place> {
  const authority = await createAuthority({ commonName: 'test' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['x'] }],
    usage: 'server',
    ...(names.length === 0 ? { ipAddresses: ['127.0.0.1'] } : { dnsNames: names }),
  })
  const server = createTlsServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (socket) =>
    socket
      .on('error', () => undefined)
      .resume()
      .end(write),
  )
  return { url: await urlOf(server), caPem: authority.certificatePem }
}

const says =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Respond =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }

const PLACES: Readonly<Record<string, () => Promise<Place> | Place>> = {
  'a closed port': closedPort,
  'a port that drops packets': async () => ({ url: await urlOf(startUnaccepting()), ...HANGS }),
  'a server that accepts and says nothing': async () => ({
    url: await urlOf(startSilent()),
    ...HANGS,
  }),
  'a server that closes at once': async () => plain(''),
  SSH: async () => plain('SSH-2.0-OpenSSH_9.9\r\n'),
  'plain HTTP, 200': async () => http(200),
  'plain HTTP, 404': async () => http(404),
  'plain HTTP, 500': async () => http(500),
  'TLS for another name': async () => tls(['db.internal', '\u202Eevil.internal']),
  'TLS that is not trusted': async () => ({ url: (await tls([])).url }),
  'TLS without HTTP': async () => tls([], '+OK ready\r\n'),
  'TLS that closes': async () => tls([]),
  'HTTPS that hangs': async () => ({ ...(await https(() => undefined)), ...HANGS }),
  'HTTPS, 200': async () => https(says(200, '<html>')),
  'HTTPS, 200 with JSON': async () => https(says(200, '{"kind":"Status"}')),
  'HTTPS, 204': async () => https(says(204)),
  'HTTPS, 401': async () => https(says(401, '', { 'www-authenticate': 'Basic realm="db"' })),
  'HTTPS, 403': async () => https(says(403, '{"kind":"Status","message":"forbidden"}')),
  'HTTPS, 404': async () => https(says(404)),
  'HTTPS, 429 for a minute': async () => https(says(429, '', { 'retry-after': '60' })),
  'HTTPS, 500': async () => https(says(500)),
  'HTTPS, 503 for a minute': async () => https(says(503, '', { 'retry-after': '60' })),
  'HTTPS, a body without end': async () => https(says(200, 'x'.repeat(2_000_000))),
  'HTTPS, a problem document without the header': async () =>
    https(says(403, '{"type":"about:blank","class":"permanent","code":"x","detail":"y"}')),
  'the header without a worker, 200': async () => https(answerWith(200, {})),
  'the header without a worker, 500': async () => https(answerWith(500, 'oops')),
  'a name that does not exist': () => {
    fakeDns([])
    return { url: 'https://gone.test' }
  },
  'a name at an address that is not allowed': () => {
    fakeDns(['10.0.0.1'])
    return { url: 'https://db.test' }
  },
  'a name at such an address of IPv6': () => {
    fakeDns(['fd00::1'])
    return { url: 'https://db.test' }
  },
}

describe('a namespaced Issuer does not distinguish', () => {
  it.for(Object.entries(PLACES))('%s', async ([, start], { expect }) => {
    const { url, caPem, deadlineMs } = await start()
    const clock = frozenClock()
    const { log, lines } = memoryLog()
    const spec = { url, ...(caPem === undefined ? {} : { caBundle: btoa(caPem) }) }
    const connections = openConnections({ allow: ['127.0.0.0/8'], spec: () => spec, clock, log })
    stops.unshift(async () => connections.close())
    const client = await connections.connect(anIssuer({ spec }), 'live', NEVER)
    if (!client.ok) throw new Error(client.error.message)
    const limit = (): AbortSignal =>
      deadlineMs === undefined ? NEVER : AbortSignal.timeout(deadlineMs)
    const failure: SignerError = { class: 'temporary', code: 'transport_error', message: NO_WORKER }
    expect(await client.value.health('default', limit())).toEqual({ ok: false, error: failure })
    expect(await client.value.sign('default', REQUEST, limit())).toEqual({
      ok: false,
      error: failure,
    })
    // A call whose caller no longer waits does not wait either.
    if (deadlineMs === undefined)
      expect(clock.delaysMs).toEqual([LEAST_FAILURE_MS, LEAST_FAILURE_MS])
    expect(lines[0]).toMatchObject({ level: 'warn', issuer: 'Issuer default/ca', url })
    expect(lines[0]?.['error']).not.toBe(NO_WORKER)
  })
})
