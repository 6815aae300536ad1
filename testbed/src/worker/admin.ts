/**
 * The administrator over one connection pool, for tests that make hundreds of objects: a kubectl
 * process for each would take minutes.
 *
 * @module
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ControlPlane } from '../control-plane/index.ts'

/** A request as the API server takes it. */
export interface AdminRequest {
  readonly method: 'GET' | 'PATCH' | 'DELETE'
  readonly path: string
  /** YAML, applied server-side: only with `PATCH`. */
  readonly body?: string
}

/** Speaks to the API server with every permission. */
export interface Admin {
  /**
   * Sends a request, and repeats it while there is no response or the response is "not now": an API server that is
   * killed is no error of the test's. Applying may be repeated, so nothing is done twice.
   *
   * @returns The object in the answer; `undefined` for a 404.
   * @throws Error when the API server refuses it, or is away for more than a minute
   */
  send(request: AdminRequest): Promise<unknown>
  close(): void
}

const kubeconfigSchema = z.object({
  users: z.tuple([
    z.object({
      user: z.object({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }),
    }),
  ]),
})

const REQUEST_TIMEOUT_MS = 10_000
const RETRY_MS = 100
const TIMEOUT_MS = 60_000
const MAX_CONNECTIONS = 8

/** A connection pool that logs in as administrator, with what the control plane's kubeconfig says. */
export async function createAdminAgent(
  plane: Pick<ControlPlane, 'adminKubeconfig' | 'caPem'>,
  maxConnections: number,
): Promise<Agent> {
  const { users } = kubeconfigSchema.parse(parse(await readFile(plane.adminKubeconfig, 'utf8')))
  const { user } = users[0]
  return new Agent({
    keepAlive: true,
    maxSockets: maxConnections,
    ca: plane.caPem,
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  })
}

/** Connects as administrator. */
export async function createAdmin(plane: ControlPlane): Promise<Admin> {
  const agent = await createAdminAgent(plane, MAX_CONNECTIONS)
  return {
    send: async (request) => {
      const deadlineMs = Date.now() + TIMEOUT_MS
      for (;;) {
        const answer = await attempt(request, { agent, server: plane.server })
        if (answer.isFinal || Date.now() > deadlineMs) return read(request, answer)
        await sleep(RETRY_MS)
      }
    },
    close: () => agent.destroy(),
  }
}

interface Answer {
  /** 0 without an answer. */
  readonly status: number
  readonly body: string
  /** Whether to ask again would be of no use. */
  readonly isFinal: boolean
}

async function attempt(
  { method, path, body }: AdminRequest,
  { agent, server }: { readonly agent: Agent; readonly server: string },
): Promise<Answer> {
  const outgoing = httpsRequest(new URL(path, server), {
    agent,
    method,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/apply-patch+yaml' } }),
  })
  outgoing.end(body)
  try {
    const [incoming]: unknown[] = await once(outgoing, 'response')
    if (!(incoming instanceof IncomingMessage)) throw new Error('a response was expected')
    const { statusCode: status = 0 } = incoming
    return { status, body: await text(incoming), isFinal: status !== 429 && status < 500 }
  } catch (error) {
    return { status: 0, body: String(error), isFinal: false }
  }
}

function read({ method, path }: AdminRequest, { status, body }: Answer): unknown {
  if (status === 404) return undefined
  if (status < 200 || status >= 300) throw new Error(`${method} ${path}: ${String(status)} ${body}`)
  return JSON.parse(body)
}
