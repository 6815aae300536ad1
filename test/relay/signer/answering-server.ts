import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '@edge-issuer/shared'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'

/** A request as it arrived. */
export interface Received {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Of the server's certificate, beside the loopback address. */
export const ANSWERING_NAME = 'answering.test'

/** Says one thing. */
export type Respond = (response: ServerResponse) => void

/** An HTTPS server on the loopback address that keeps what it gets. */
export interface AnsweringServer {
  readonly url: string
  /** Of the authority that signed its TLS certificate. */
  readonly caPem: string
  readonly received: readonly Received[]
  /** Sets what it says from now on. */
  readonly respond: (respond: Respond) => void
  readonly stop: () => Promise<void>
}

/** Starts a server; it sends nothing until it has an answer. */
export async function startAnsweringServer(): Promise<AnsweringServer> {
  const authority = await createAuthority({ commonName: 'test' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['127.0.0.1'] }],
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
    dnsNames: [ANSWERING_NAME],
  })
  const received: Received[] = []
  let respond: Respond | undefined
  const server = createServer(
    { key: leaf.keyPem, cert: leaf.certificatePem },
    (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request
        received.push({ method, path, headers, body: Buffer.concat(parts).toString() })
        respond?.(response)
      })
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `https://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`,
    caPem: authority.certificatePem,
    received,
    respond: (next) => {
      respond = next
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Says what a worker would, as JSON; a text goes out as it is. */
export const answerWith =
  (status: number, body: unknown, protocolVersion = PROTOCOL_VERSION): Respond =>
  (response) => {
    response.writeHead(status, { [PROTOCOL_HEADER]: protocolVersion })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
