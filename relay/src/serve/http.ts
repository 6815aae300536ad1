/**
 * The kubelet's probes over plain HTTP: `/healthz` (restart me?) and `/readyz` (am I of use?).
 * Nothing else is served, and nothing is read from a request but its method and path.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { err, ok, type Result } from '@edge-issuer/shared'

/** What the probes report. That they answer at all shows that the event loop turns. */
export interface ProbeOptions {
  /** `:8081`, `127.0.0.1:8081`, `[::1]:8081`; port 0 takes a free one. */
  readonly bindAddress: string
  /** False: only a new process helps. */
  readonly isAlive: () => boolean
  readonly isReady: () => boolean
}

/** A server that listens. */
export interface ProbeServer {
  readonly port: number
  /** Takes no more connections, and returns when the last one is closed. */
  close(): Promise<void>
}

const REQUEST_TIMEOUT_MS = 5_000
const MAX_HEADER_BYTES = 4_096

/** Listens. @returns An error text for the operator when the address is wrong or taken. */
export async function serveProbes(options: ProbeOptions): Promise<Result<ProbeServer, string>> {
  const address = parseAddress(options.bindAddress)
  if (address === undefined) {
    return err(`the address "${options.bindAddress}" is not of the form host:port or :port`)
  }
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
    (request, response) => answer(request, response, options),
  )
  const listening = Promise.withResolvers<Result<void, string>>()
  server.once('error', (error) => listening.resolve(err(error.message)))
  server.listen(address, () => listening.resolve(ok(undefined)))
  const started = await listening.promise
  if (!started.ok) return started
  const bound = server.address()
  return ok({
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    close: async () => {
      const closed = Promise.withResolvers<void>()
      // Idle connections are closed at once; the error says that it was closed before.
      server.close(() => closed.resolve())
      await closed.promise
    },
  })
}

function answer(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  { isAlive, isReady }: ProbeOptions,
): void {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end('method not allowed\n')
  } else if (url === '/healthz') {
    verdict(response, isAlive())
  } else if (url === '/readyz') {
    verdict(response, isReady())
  } else {
    response.writeHead(404).end('not found\n')
  }
}

function verdict(response: ServerResponse, isGood: boolean): void {
  response.writeHead(isGood ? 200 : 503).end(isGood ? 'ok\n' : 'not ok\n')
}

function parseAddress(text: string): { readonly host?: string; readonly port: number } | undefined {
  const match = /^(?:\[(?<v6>[\da-f:.]+)\]|(?<host>[\w.-]*)):(?<port>\d{1,5})$/iu.exec(text)
  const port = Number(match?.groups?.['port'])
  if (match === null || port > 65_535) return undefined
  const host = match.groups?.['v6'] ?? match.groups?.['host'] ?? ''
  return host === '' ? { port } : { host, port }
}
