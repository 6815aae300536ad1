import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { Agent, request as send } from 'node:https'
/**
 * HTTPS requests to the API server as the administrator, for what the driver itself needs to know or
 * do. Tests speak to the cluster through kubectl or a client of their own.
 * @module
 */
import { text } from 'node:stream/consumers'
import type { ClusterPki } from './cluster-pki.ts'

const REQUEST_TIMEOUT_MS = 20_000

/** One request. A body is sent as JSON unless `contentType` says otherwise. */
interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: string
  readonly contentType?: string
  /** Gives up before the client's own time limit. */
  readonly signal?: AbortSignal
}

/** The status and the body, whatever the status is. */
interface ApiResponse {
  readonly status: number
  readonly body: string
}

/** A connection to one API server. */
export interface ApiClient {
  readonly server: string
  /** @throws Error when there is no answer */
  request(options: ApiRequest): Promise<ApiResponse>
  /** Closes the idle connections. */
  close(): void
}

/** A client that trusts the control plane's authority and logs in as admin. */
export function createApiClient(server: string, pki: ClusterPki): ApiClient {
  const agent = new Agent({
    keepAlive: true,
    ca: pki.authority.pem,
    cert: pki.admin.certificatePem,
    key: pki.admin.keyPem,
  })
  return {
    server,
    request: async ({ method, path, body, signal, contentType = 'application/json' }) => {
      const outgoing = send(new URL(path, server), {
        agent,
        method,
        signal: AbortSignal.any([
          AbortSignal.timeout(REQUEST_TIMEOUT_MS),
          ...(signal === undefined ? [] : [signal]),
        ]),
        ...(body === undefined ? {} : { headers: { 'content-type': contentType } }),
      })
      outgoing.end(body)
      const [incoming]: unknown[] = await once(outgoing, 'response')
      if (!(incoming instanceof IncomingMessage)) throw new Error('a response was expected')
      return { status: incoming.statusCode ?? 0, body: await text(incoming) }
    },
    close: () => {
      agent.destroy()
    },
  }
}

/** Whether a GET of this path is answered with 200. @throws Error when there is no answer */
export async function answersOk(
  client: ApiClient,
  request: Pick<ApiRequest, 'path' | 'signal'>,
): Promise<boolean> {
  return (await client.request({ ...request, method: 'GET' })).status === 200
}
