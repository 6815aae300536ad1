/**
 * A proxy between a client and the API server, so that a test can act at one exact moment of their
 * conversation. It adds nothing: the client's bearer token goes through.
 *
 * @module
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request as httpsRequest } from 'node:https'
import { createAuthority, issueLeaf } from './pki.ts'

/** A proxy that listens. */
export interface ApiProxy {
  readonly url: string
  /** PEM of the authority of its certificate. */
  readonly caPem: string
  stop(): Promise<void>
}

/** How requests pass. */
export interface ApiProxyOptions {
  /** `https://127.0.0.1:<port>` of the API server, and the authority of its certificate. */
  readonly server: string
  readonly caPem: string
  /** Called before a request is passed on; `false` drops it and its connection. */
  readonly admit: (request: { readonly method: string; readonly path: string }) => Promise<boolean>
}

/** Starts a proxy on a free port of the loopback address. */
export async function startApiProxy(options: ApiProxyOptions): Promise<ApiProxy> {
  const authority = await createAuthority({ commonName: 'proxy' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['127.0.0.1'] }],
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })
  const server = createServer(
    { key: leaf.keyPem, cert: leaf.certificatePem },
    (incoming, answer) => {
      void pass({ incoming, answer, options })
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
  return {
    url: `https://127.0.0.1:${String(address.port)}`,
    caPem: authority.certificatePem,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Passage {
  readonly incoming: IncomingMessage
  readonly answer: ServerResponse
  readonly options: ApiProxyOptions
}

async function pass({ incoming, answer, options }: Passage): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming
  if (!(await options.admit({ method, path: url }))) {
    incoming.socket.destroy()
    return
  }
  const outgoing = httpsRequest(new URL(url, options.server), {
    method,
    headers,
    ca: options.caPem,
  })
  outgoing.on('response', (received) => {
    answer.writeHead(received.statusCode ?? 502, received.headers)
    received.pipe(answer)
    // A watch has no end of its own: what one side leaves, the other must not wait for.
    received.on('error', () => answer.destroy())
  })
  outgoing.on('error', () => answer.destroy())
  answer.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}
