/**
 * HTTP to the API server: one pool of connections, made again only when the TLS material changes.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { Agent } from 'undici'
import type { Access, TlsMaterial } from '../kubeconfig/access.ts'
import { createConnector } from '../net/connector.ts'
import type { ProxyFor } from '../net/proxy.ts'
import { orAborted } from '../queue/deadline.ts'
import { type ApiError, thrownError, refusalError } from './api-error.ts'

/** A request; the transport adds who we are. */
export interface ApiRequest {
  readonly method: 'GET' | 'PATCH' | 'POST'
  /** Absolute path, encoded, with its query. */
  readonly path: string
  /** Media type of the answer; JSON when absent. */
  readonly accept?: string
  /** Media type and text of a body. */
  readonly content?: { readonly type: string; readonly body: string }
}

/** The body of a 2xx answer, not yet read. Read it to the end or destroy it: it holds a connection. */
export interface ApiBody extends AsyncIterable<Uint8Array> {
  destroy(): void
}

/** One request whose answer is an object in JSON, with a deadline. */
export type Call = (request: ApiRequest, signal: AbortSignal) => Promise<Result<unknown, ApiError>>

/** Sends requests; the signal is their deadline, and holds also while a connection is being opened. */
export interface Transport {
  send(request: ApiRequest, signal: AbortSignal): Promise<Result<ApiBody, ApiError>>
  close(): Promise<void>
}

const USER_AGENT = 'edge-issuer-relay'
const CONNECT_TIMEOUT_MS = 10_000
/** Below the 90 s after which the API server closes idle connections (k8s.io/apiserver secure_serving.go). */
const KEEP_ALIVE_MS = 30_000
/** As client-go: finds a dead peer long before the kernel's two hours. */
const TCP_KEEP_ALIVE_MS = 30_000
/** A refusal is a small Status object; more than this is not read. */
const MAX_REFUSAL_BYTES = 65_536
const UNAUTHORIZED = 401

/** Called with the HTTP status, or `<error>` if there was none. */
export type ApiAnswerListener = (answer: {
  readonly method: ApiRequest['method']
  readonly code: string
  readonly host: string
}) => void

/** Opens connections as requests need them. */
export function createTransport(
  access: Access,
  onAnswer: ApiAnswerListener = () => undefined,
): Transport {
  const pool = new Pool(access.proxyFor)
  const { host } = new URL(access.server)
  return {
    send: async (request, signal) => {
      let code = '<error>'
      const heard = (status: number): void => {
        code = String(status)
      }
      try {
        // Undici checks the signal only once a request has its connection.
        return await orAborted(send(request, { access, pool, heard, signal }), signal)
      } catch (thrown) {
        return err(thrownError(thrown))
      } finally {
        onAnswer({ method: request.method, code, host })
      }
    },
    close: async () => {
      access.close()
      await pool.close()
    },
  }
}

/** The agent for the TLS material in use. */
class Pool {
  readonly #proxyFor: ProxyFor
  #agent: Agent | undefined
  /** The material that `#agent` was made from. */
  #material = ''

  constructor(proxyFor: ProxyFor) {
    this.#proxyFor = proxyFor
  }

  agentFor(tls: TlsMaterial): Agent {
    const material = JSON.stringify(tls)
    if (this.#agent !== undefined && material === this.#material) return this.#agent
    // Requests under way end on the old one. It closes when they have, and there is nothing to do if it fails.
    void this.#agent?.close().catch(() => undefined)
    this.#material = material
    // Over HTTP/2 all watches would share one connection, its flow control and its errors.
    const allowH2 = false
    this.#agent = new Agent({
      allowH2,
      connect: createConnector({
        connection: {
          ...tls,
          allowH2,
          timeout: CONNECT_TIMEOUT_MS,
          keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
        },
        proxyFor: this.#proxyFor,
      }),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The caller's signal is the deadline, and a quiet watch is not an error.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    return this.#agent
  }

  async close(): Promise<void> {
    await this.#agent?.destroy()
  }
}

interface Way {
  readonly access: Access
  readonly pool: Pool
  /** Reports the status as soon as it is known. */
  readonly heard: (status: number) => void
  readonly signal: AbortSignal
}

async function send(
  { method, path, accept = 'application/json', content }: ApiRequest,
  { access, pool, heard, signal }: Way,
): Promise<Result<ApiBody, ApiError>> {
  const credentials = await access.credentials()
  signal.throwIfAborted()
  const { origin, pathname } = new URL(access.server)
  const answer = await pool
    .agentFor(credentials.tls)
    .request({
      origin,
      path: pathname === '/' ? path : pathname + path,
      method,
      signal,
      body: content?.body ?? null,
      headers: {
        ...credentials.headers,
        accept,
        'user-agent': USER_AGENT,
        ...(content === undefined ? {} : { 'content-type': content.type }),
      },
    })
    .catch((thrown: unknown) => {
      access.unreachable()
      throw thrown
    })
  const { statusCode: status, body } = answer
  heard(status)
  if (status === UNAUTHORIZED) access.rejected(credentials)
  if (status >= 200 && status < 300) return ok(body)
  const retryAfter = answer.headers['retry-after']
  const text = await readText(body, MAX_REFUSAL_BYTES)
  return err(
    refusalError({
      status,
      body: parseJson(text ?? ''),
      ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
    }),
  )
}

/** @returns The body as text, or `undefined` when it is longer than `maxBytes`; the rest is not read. */
export async function readText(body: ApiBody, maxBytes: number): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    // Leaving the loop destroys the body.
    if (length > maxBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts, length).toString('utf8')
}

/** @returns The value, or `undefined` for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
