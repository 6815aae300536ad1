/** An API server that says what a test wants, over real sockets. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A request as it came. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void

export interface FakeApiServer {
  readonly url: string
  /** All requests so far, in order. */
  readonly requests: readonly SeenRequest[]
  /** Connections that were ever opened. */
  readonly connections: number
  /** Path of a kubeconfig for it. */
  readonly kubeconfig: string
  /** Refuses connections from now on. */
  stopListening(): Promise<void>
  close(): Promise<void>
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Answers with a `v1.Status`, as the API server refuses. */
export function answerStatus(response: ServerResponse, code: number, message: string): void {
  answerJson(response, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }, code)
}

/** Listens on loopback; each request is given to `handle` once its body is there. */
export async function startFakeApiServer(handle: Handler): Promise<FakeApiServer> {
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const take = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(message)
    requests.push(request)
    handle(request, response)
  }
  const server = createServer((message, response) => void take(message, response))
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
  })
  const stopListening = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    const closed = Promise.withResolvers<void>()
    server.close(() => closed.resolve())
    await closed.promise
  }
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const url = `http://127.0.0.1:${portOf(server.address())}`
  const directory = await mkdtemp(join(tmpdir(), 'fake-api-server-'))
  const kubeconfig = join(directory, 'kubeconfig')
  await writeFile(kubeconfig, kubeconfigText({ server: url }))
  return {
    url,
    requests,
    kubeconfig,
    get connections() {
      return connections
    },
    stopListening,
    close: async () => {
      await stopListening()
      await rm(directory, { recursive: true })
    },
  }
}

/** A kubeconfig with one context. */
export function kubeconfigText(options: {
  readonly server: string
  readonly cluster?: Readonly<Record<string, unknown>>
  readonly user?: Readonly<Record<string, unknown>>
}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: options.server, ...options.cluster } }],
    users: [{ name: 'u', user: options.user ?? { token: 'relay-token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })
}

async function readRequest(message: IncomingMessage): Promise<SeenRequest> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part)
  const { pathname, searchParams } = new URL(message.url ?? '', 'http://fake')
  return {
    method: message.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: message.headers,
    body: Buffer.concat(parts).toString(),
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
