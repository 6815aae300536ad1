/**
 * A worker that misbehaves: it takes the place of the real one, on its address and with its TLS
 * certificate, and responds as a test asks.
 *
 * @module
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import {
  PROBLEM_CONTENT_TYPE,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  REFUSALS,
  type RefusalCode,
} from '@edge-issuer/shared'
import { z } from 'zod'

/** A response. */
export interface StubResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON, or text as it is. */
  readonly body: unknown
}

/** What it says; `reset` cuts the connection, `hang` never answers. */
export type StubAnswer = 'hang' | 'reset' | StubResponse

/** Options of the stub. */
export interface StubOptions {
  /** Where the real one listened: `https://127.0.0.1:<port>`. */
  readonly url: string
  readonly tlsKeyFile: string
  readonly tlsCertificateFile: string
  /** The answer to a health check; `hang` for none. */
  readonly health: unknown
  /** The answer to a request for a certificate, by the name of the CertificateRequest. */
  readonly sign: (name: string) => StubAnswer
}

/** One that listens. */
export interface StubSigner {
  /** Number of sign requests, by the name of the CertificateRequest. */
  readonly asked: ReadonlyMap<string, number>
  /** Answers all requests that hang. */
  readonly answerHanging: (answer: StubResponse) => void
  /** The most requests that it left without an answer at the same time. */
  readonly mostHanging: () => number
  stop(): Promise<void>
}

const SPOKEN = { 'content-type': 'application/json', [PROTOCOL_HEADER]: PROTOCOL_VERSION }

/** An error response as a worker sends it. */
export function refusal(
  code: RefusalCode,
  headers: Readonly<Record<string, string>> = {},
): StubResponse {
  const { class: refusalClass, status, title } = REFUSALS[code]
  const detail = `because of ${code}`
  return {
    status,
    headers: { ...SPOKEN, 'content-type': PROBLEM_CONTENT_TYPE, ...headers },
    body: { type: 'about:blank', title, status, code, class: refusalClass, detail },
  }
}

/** An answer in the words of the protocol. */
export const spoken = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): StubResponse => ({ status, headers: { ...SPOKEN, ...headers }, body })

const requestSchema = z.object({ origin: z.object({ name: z.string() }) })

/** Listens where the real worker did, which must have ended. */
export async function startStubSigner(options: StubOptions): Promise<StubSigner> {
  const asked = new Map<string, number>()
  const hanging = new Set<ServerResponse>()
  let mostHanging = 0
  const sayTo = async (request: IncomingMessage): Promise<StubAnswer> => {
    if (request.method === 'GET') {
      return options.health === 'hang' ? 'hang' : spoken(200, options.health)
    }
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const { name } = requestSchema.parse(JSON.parse(Buffer.concat(parts).toString())).origin
    asked.set(name, (asked.get(name) ?? 0) + 1)
    return options.sign(name)
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const said = await sayTo(request)
    if (said === 'hang') {
      hanging.add(response)
      mostHanging = Math.max(mostHanging, hanging.size)
      response.once('close', () => hanging.delete(response))
      return
    }
    if (said === 'reset') {
      request.socket.destroy()
      return
    }
    write(response, said)
  }
  const server = createServer(
    {
      key: await readFile(options.tlsKeyFile),
      cert: await readFile(options.tlsCertificateFile),
    },
    (request, response) => void answer(request, response),
  )
  server.listen(Number(new URL(options.url).port), '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    answerHanging: (late) => {
      for (const response of hanging) write(response, late)
    },
    mostHanging: () => mostHanging,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function write(response: ServerResponse, { status, headers, body }: StubResponse): void {
  response.writeHead(status, headers)
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
