/**
 * The administrator over a fixed number of connections, for loads that must be quick and must not be
 * repeated: what fails ends the run.
 *
 * @module
 */
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { type Agent, request as httpsRequest } from 'node:https'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { createAdminAgent } from '@edge-issuer/testbed/worker/admin'

/** A request. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  /** A JSON object; with `PATCH`, a merge patch (RFC 7396). */
  readonly body?: object
}

/** An answer other than 2xx. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Text of the answer: a `Status` object in JSON, as a rule. */
  readonly body: string

  constructor({ method, path }: ApiRequest, status: number, body: string) {
    super(`${method} ${path}: ${String(status)} ${body}`)
    this.status = status
    this.body = body
  }
}

/** Speaks to one API server. */
export interface Api {
  /** @returns The text of the answer. @throws ApiError when it is not a 2xx */
  send(request: ApiRequest): Promise<string>
  /**
   * Hands on each line of a watch as it comes, until the signal aborts or the API server ends it: that
   * it does in order after a while, and with a client that does not read fast enough.
   */
  watch(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>
  close(): void
}

/** Connects as administrator; a watch takes one of the connections. */
export async function openApi(
  plane: Pick<ControlPlane, 'adminKubeconfig' | 'caPem' | 'server'>,
  connections: number,
): Promise<Api> {
  const agent = await createAdminAgent(plane, connections)
  const to = { agent, server: plane.server }
  return {
    send: async (request) => {
      const answer = await exchange(request, to)
      const { statusCode: status = 0 } = answer
      const body = await text(answer)
      if (status < 200 || status >= 300) {
        throw new ApiError(request, status, body)
      }
      return body
    },
    watch: async (path, onLine, signal) => {
      try {
        const stream = await exchange({ method: 'GET', path }, { ...to, signal })
        for await (const line of createInterface(stream)) onLine(line)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    close: () => agent.destroy(),
  }
}

interface Way {
  readonly agent: Agent
  readonly server: string
  readonly signal?: AbortSignal
}

async function exchange(
  { method, path, body }: ApiRequest,
  { agent, server, signal }: Way,
): Promise<IncomingMessage> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const outgoing = httpsRequest(new URL(path, server), {
    agent,
    method,
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { headers: { 'content-type': type } }),
  })
  outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  const [incoming]: unknown[] = await once(outgoing, 'response')
  if (!(incoming instanceof IncomingMessage)) throw new Error('a response was expected')
  return incoming
}
