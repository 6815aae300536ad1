import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import {
  PROBLEM_CONTENT_TYPE,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  REFUSALS,
  type RefusalCode,
  REQUEST_ID_HEADER,
} from '@edge-issuer/shared'
import type { TestContext } from 'vitest'
import { mustOpenssl } from './openssl.ts'

/** Of every answer of the stub. */
export const REQUEST_ID = '01234567-89ab-cdef-0123-456789abcdef'

/** What the stub got. */
export interface SeenRequest {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly idempotencyKey: string | string[] | undefined
  /** `If-Match` or `If-None-Match`. */
  readonly precondition: string | undefined
  readonly body: string
}

/** What the stub says. */
export interface StubAnswer {
  readonly status: number
  /** A text goes out as it is, anything else as JSON. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One response for all requests, or a function of the request. */
export type StubAnswers = StubAnswer | ((request: SeenRequest) => StubAnswer)

/** A server with prepared responses. */
export interface StubWorker {
  readonly url: string
  /** Its own TLS certificate, in the folder of the test. */
  readonly rootsFile: string
  readonly seen: readonly SeenRequest[]
}

/** The answer of a worker that refuses with `code`. */
export function refusal(code: RefusalCode): StubAnswer {
  const { class: refusalClass, status, title } = REFUSALS[code]
  return {
    status,
    headers: { 'content-type': PROBLEM_CONTENT_TYPE },
    body: {
      type: 'about:blank',
      title,
      status,
      code,
      class: refusalClass,
      detail: `because of ${code}`,
    },
  }
}

/** Starts a stub on a free port of the loopback address; it goes with the test. */
export async function startStubWorker(
  answers: StubAnswers,
  folder: string,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<StubWorker> {
  await mustOpenssl(
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=stub -days 1
     -addext subjectAltName=IP:127.0.0.1 -keyout tls.key -out tls.pem`,
    folder,
  )
  const seen: SeenRequest[] = []
  const server = createServer(
    {
      key: await readFile(join(folder, 'tls.key')),
      cert: await readFile(join(folder, 'tls.pem')),
    },
    (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      request.on('end', () => {
        const { method, url: path, headers } = request
        const precondition = headers['if-match'] ?? headers['if-none-match']
        const idempotencyKey = headers['idempotency-key']
        const seenRequest = { method, path, idempotencyKey, precondition, body }
        seen.push(seenRequest)
        const answer = typeof answers === 'function' ? answers(seenRequest) : answers
        response.writeHead(answer.status, {
          'content-type': 'application/json',
          [PROTOCOL_HEADER]: PROTOCOL_VERSION,
          [REQUEST_ID_HEADER]: REQUEST_ID,
          ...answer.headers,
        })
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
        // Fewer bytes than announced: the connection breaks off.
        if (answer.headers?.['content-length'] === undefined) response.end(text)
        else response.write(text, () => request.socket.destroy())
      })
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `https://127.0.0.1:${String(port)}`, rootsFile: 'tls.pem', seen }
}
