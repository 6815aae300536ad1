/**
 * A server behind a fault proxy, and a client in front of it.
 *
 * @module
 */
import { once } from 'node:events'
import { IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { Agent, createServer, request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { type FaultProxy, startFaultProxy } from './proxy.ts'
import { kubernetesRefusal } from './refusal.ts'

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Whether its connection is closed, or its response complete. */
  isClosed: boolean
}

/** Responds to a request that has arrived completely. */
export type Handler = (request: SeenRequest, response: ServerResponse) => void

/** What a client asks. */
export interface Ask {
  readonly method?: string
  readonly path?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string
}

/** A response whose body is not read yet. */
export type Answer = IncomingMessage

/** A proxy with its server and a client. */
export interface Harness {
  readonly proxy: FaultProxy
  /** What the server saw, in order. */
  readonly seen: readonly SeenRequest[]
  /** Sends a request through the proxy. @throws Error when the connection is lost before the response */
  readonly ask: (request?: Ask, signal?: AbortSignal) => Promise<Answer>
}

/** Starts all three, and ends them with the test. The kind of a call is the first word of its path. */
export async function aHarness(
  { onTestFinished }: { readonly onTestFinished: (end: () => Promise<void>) => void },
  handler: Handler,
): Promise<Harness> {
  const authority = await createAuthority({ commonName: 'server' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['127.0.0.1'] }],
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })
  const seen: SeenRequest[] = []
  const take = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = message
    const request = { method, path, headers, body: await text(message), isClosed: false }
    response.on('close', () => (request.isClosed = true))
    seen.push(request)
    handler(request, response)
  }
  const server = createServer(
    { key: leaf.keyPem, cert: leaf.certificatePem },
    (message, response) => void take(message, response).catch(() => response.destroy()),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  const proxy = await startFaultProxy({
    upstream: () => ({
      url: `https://127.0.0.1:${String(address.port)}`,
      caPem: authority.certificatePem,
    }),
    kindOf: ({ path }) => path.split('/')[1] ?? '',
    refusal: kubernetesRefusal,
  })
  const agent = new Agent({ keepAlive: true, ca: proxy.caPem })
  onTestFinished(async () => {
    agent.destroy()
    await proxy.stop()
    server.closeAllConnections()
    server.close()
  })
  return {
    proxy,
    seen,
    ask: async ({ path = '/', body, ...request } = {}, signal) => {
      const outgoing = httpsRequest(new URL(path, proxy.url), {
        ...request,
        agent,
        ...(signal === undefined ? {} : { signal }),
      })
      outgoing.end(body)
      const [answer]: unknown[] = await once(outgoing, 'response')
      if (!(answer instanceof IncomingMessage)) throw new Error('a response was expected')
      return answer
    },
  }
}
