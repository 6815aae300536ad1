import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, describe, it, vi } from 'vitest'
import { z } from 'zod'
import { openWorker, type WorkerConnection } from '../../../relay/src/signer/worker-connection.ts'
import { answerWith, startAnsweringServer } from '../signer/answering-server.ts'

const NEVER = new AbortController().signal
const privateKeyPem = generateKeyPairSync('ed25519')
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString()
const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  vi.unstubAllEnvs()
  for (const stop of stops.splice(0)) await stop()
})

interface Tunnel {
  readonly target: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** A proxy that opens every tunnel to `port`, or answers with `status`. */
async function startProxy(
  port: number,
  { status = '200 OK', extra = '' } = {},
): Promise<{ readonly port: number; readonly tunnels: readonly Tunnel[] }> {
  const tunnels: Tunnel[] = []
  const server = createServer()
  const sockets = new Set<Duplex>()
  server.on('connect', ({ url, headers }, socket) => {
    tunnels.push({ target: url, headers })
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.write(`HTTP/1.1 ${status}\r\n\r\n${extra}`)
    if (!status.startsWith('200')) {
      socket.end()
      return
    }
    const worker = connect(port, '127.0.0.1')
    worker.on('error', () => undefined).pipe(socket)
    socket.pipe(worker)
    socket.on('close', () => worker.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return { port: portOf(server.address()), tunnels }
}

const portOf = (address: ReturnType<ReturnType<typeof createServer>['address']>): number =>
  typeof address === 'object' ? (address?.port ?? 0) : 0

function open(url: string, caBundlePem?: string): WorkerConnection {
  const worker = openWorker({ url, privateKeyPem, caBundlePem }, 1_000)
  if (!worker.ok) throw new Error(worker.error)
  stops.unshift(async () => worker.value.close())
  return worker.value
}

function setProxy(value: string): void {
  vi.stubEnv('HTTPS_PROXY', value)
  for (const name of ['https_proxy', 'NO_PROXY', 'no_proxy']) vi.stubEnv(name, '')
}

async function aWorker(): Promise<{ readonly port: number; readonly caPem: string }> {
  const server = await startAnsweringServer()
  stops.push(server.stop)
  server.respond(answerWith(200, {}))
  return { port: Number(new URL(server.url).port), caPem: server.caPem }
}

describe('a worker behind a proxy', () => {
  it.for([
    ['without a scheme', '', '', undefined],
    ['with credentials', 'http://', 'jane:s%40crét@', 'jane:s@crét'],
    ['with a user alone', 'http://', 'jane@', 'jane:'],
  ] as const)('is reached through it: %s', async ([, scheme, userinfo, want], { expect }) => {
    const { port, caPem } = await aWorker()
    const proxy = await startProxy(port)
    setProxy(`${scheme}${userinfo}127.0.0.1:${String(proxy.port)}`)
    // No name of this certificate: the TLS connection is checked for the worker, not for the proxy.
    const wrong = await open('https://worker.test', caPem).get('/v1/x', z.unknown(), NEVER)
    expect(wrong).toMatchObject({ ok: false, error: { code: 'tls_untrusted' } })
    expect(proxy.tunnels[0]?.target).toBe('worker.test:443')
    const authorization = proxy.tunnels[0]?.headers['proxy-authorization']
    expect(authorization).toBe(
      want === undefined ? undefined : `Basic ${Buffer.from(want).toString('base64')}`,
    )
  })

  it.for([
    ['asks for credentials', { status: '407 Proxy Authentication Required' }, 'with status 407'],
    ['speaks before the worker does', { extra: 'hello' }, 'with status 200'],
  ] as const)('is a transport error when the proxy %s', async ([, says, text], { expect }) => {
    const proxy = await startProxy(1, says)
    setProxy(`http://user:hunter2@127.0.0.1:${String(proxy.port)}`)
    const answer = await open('https://worker.test').get('/v1/x', z.unknown(), NEVER)
    expect(answer).toMatchObject({
      ok: false,
      error: {
        code: 'transport_error',
        message: `cannot reach the worker at https://worker.test (proxy 127.0.0.1:${String(proxy.port)} refused to open a tunnel ${text})`,
      },
    })
  })
})

it('a certificate that is not trusted is refused whatever NODE_TLS_REJECT_UNAUTHORIZED says', async ({
  expect,
}) => {
  const { port } = await aWorker()
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  const worker = open(`https://127.0.0.1:${String(port)}`)
  expect(await worker.get('/v1/x', z.unknown(), NEVER)).toMatchObject({
    ok: false,
    error: { code: 'tls_untrusted' },
  })
})
