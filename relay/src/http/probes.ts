/**
 * The kubelet's probes over plain HTTP: `/healthz` (restart me?) and `/readyz` (am I of use?).
 * Nothing else is served, and nothing is read from a request but its method and path.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Result } from '@edge-issuer/shared'
import { listen, type Listening } from './listen.ts'

/** What the probes report. That they answer at all shows that the event loop turns. */
export interface ProbeOptions {
  /** `:8081`, `127.0.0.1:8081`, `[::1]:8081`; port 0 takes a free one. */
  readonly bindAddress: string
  /** False: only a new process helps. */
  readonly isAlive: () => boolean
  readonly isReady: () => boolean
}

const REQUEST_TIMEOUT_MS = 5_000
const MAX_HEADER_BYTES = 4_096

/** Listens. @returns An error text for the operator when the address is wrong or taken. */
export async function serveProbes(options: ProbeOptions): Promise<Result<Listening, string>> {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
    (request, response) => answer(request, response, options),
  )
  return listen(server, options.bindAddress)
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
    update(response, isAlive())
  } else if (url === '/readyz') {
    update(response, isReady())
  } else {
    response.writeHead(404).end('not found\n')
  }
}

function update(response: ServerResponse, isGood: boolean): void {
  response.writeHead(isGood ? 200 : 503).end(isGood ? 'ok\n' : 'not ok\n')
}
