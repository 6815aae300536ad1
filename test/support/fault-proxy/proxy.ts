/**
 * A proxy between a client and an HTTPS server that can inject into each call what a network, a gateway
 * or a server in trouble does. Without a fault it adds and takes nothing; the client's credentials go
 * through.
 *
 * @module
 */
import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { endlessBody, shapeBody } from './body.ts'
import type { Call, RequestLine } from './call.ts'
import type { Fault } from './fault.ts'
import type { RefusalStyle } from './refusal.ts'

/** Chooses the fault of a call when it has arrived. */
export type FaultChoice = (call: Call) => Fault | undefined | Promise<Fault | undefined>

/** A call through the proxy, and its state. */
export interface CallRecord extends Call {
  readonly fault: Fault | undefined
  /** The server's response, whatever the client got; undefined before it or without one. */
  serverStatus: number | undefined
  /** Whether the client still waits for the response or reads it. */
  isOpen: boolean
}

/** Where calls go. */
export interface Upstream {
  /** `https://127.0.0.1:<port>` */
  readonly url: string
  /** PEM of the authority of the server's certificate. */
  readonly caPem: string
}

/** Options of {@link startFaultProxy}. */
export interface FaultProxyOptions {
  /** Called for each call: the server may start after the proxy. */
  readonly upstream: () => Upstream
  readonly kindOf: (request: RequestLine) => string
  /** Body of an injected error response. */
  readonly refusal: RefusalStyle
}

/** A proxy that listens. */
export interface FaultProxy {
  readonly url: string
  /** PEM of the authority of its certificate. */
  readonly caPem: string
  /** Every call since the last {@link inject}, in the order of their arrival. */
  readonly calls: readonly CallRecord[]
  /** Forgets the calls so far, counts from 1 again, and lets `choice` decide from now on. */
  inject(choice: FaultChoice): void
  stop(): Promise<void>
}

/** Starts a proxy on a free port of the loopback address; it injects no fault yet. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const authority = await createAuthority({ commonName: 'fault proxy' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['127.0.0.1'] }],
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })
  const agent = new Agent({ keepAlive: true })
  let choice: FaultChoice = noFault
  let calls: CallRecord[] = []
  const counts = new Map<string, number>()

  const take = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/' } = incoming
    const kind = options.kindOf({ method, path })
    const n = (counts.get(kind) ?? 0) + 1
    counts.set(kind, n)
    const into = calls
    const call: Call = { kind, n, method, path }
    const fault = await choice(call)
    const record: CallRecord = { ...call, fault, serverStatus: undefined, isOpen: true }
    into.push(record)
    const closed = new AbortController()
    answer.on('close', () => {
      record.isOpen = false
      closed.abort()
    })
    const passage = { incoming, answer, record, agent, options, signal: closed.signal }
    // Whatever fails on either side, the client sees a lost connection.
    await pass(passage).catch(() => answer.destroy())
  }
  const server = createServer(
    { key: leaf.keyPem, cert: leaf.certificatePem },
    (incoming, answer) => void take(incoming, answer),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
  return {
    url: `https://127.0.0.1:${String(address.port)}`,
    caPem: authority.certificatePem,
    get calls() {
      return calls
    },
    inject: (next) => {
      choice = next
      calls = []
      counts.clear()
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      agent.destroy()
    },
  }
}

const noFault: FaultChoice = () => undefined

interface Passage {
  readonly incoming: IncomingMessage
  readonly answer: ServerResponse
  readonly record: CallRecord
  readonly agent: Agent
  readonly options: FaultProxyOptions
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

async function pass(passage: Passage): Promise<void> {
  const { incoming, answer, record, options, signal } = passage
  const { fault } = record
  if (fault?.kind === 'half-open') return
  if (fault?.kind === 'drop-request') {
    answer.destroy()
  } else if (fault?.kind === 'refuse') {
    incoming.resume()
    refuse(answer, options.refusal, fault)
  } else if (fault?.kind === 'endless') {
    incoming.resume()
    answer.writeHead(200, { 'content-type': 'application/json' })
    await pipeline(endlessBody(), answer)
  } else {
    if (fault?.kind === 'delay') await sleep(fault.ms, undefined, { signal })
    await forward(passage)
  }
}

async function forward(passage: Passage): Promise<void> {
  const { incoming, answer, record, options, signal } = passage
  const received = await send(passage)
  record.serverStatus = received.statusCode ?? 0
  const { fault } = record
  if (fault?.kind === 'drop-answer') {
    received.destroy()
    answer.destroy()
  } else if (fault?.kind === 'deny') {
    received.resume()
    refuse(answer, options.refusal, fault)
  } else {
    answer.writeHead(record.serverStatus, headersFor(received.headers, fault))
    // A watch may have no line for minutes: the client gets the headers at once.
    answer.flushHeaders()
    const isCut = fault?.kind === 'cut'
    await pipeline(received, (body) => shapeBody(body, fault, signal), answer, { end: !isCut })
    // The sent part arrives; the end of the body never does.
    if (isCut) incoming.socket.end()
  }
}

/** Forwards the request. @returns The server's response, with an unread body. */
async function send({ incoming, options, agent, signal }: Passage): Promise<IncomingMessage> {
  const { method, url = '/', headers } = incoming
  const { url: server, caPem } = options.upstream()
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const outgoing = httpsRequest(new URL(url, server), {
    method,
    headers,
    agent,
    ca: caPem,
    // Aborts the server's response when the client is gone.
    signal,
  })
  outgoing.on('response', resolve)
  outgoing.on('error', reject)
  incoming.on('error', reject)
  incoming.pipe(outgoing)
  return promise
}

/** A changed body has another length, or an unknown one. */
function headersFor(headers: IncomingHttpHeaders, fault: Fault | undefined): IncomingHttpHeaders {
  if (fault === undefined || fault.kind === 'delay') return headers
  const { 'content-length': _, ...rest } = headers
  return rest
}

function refuse(
  answer: ServerResponse,
  style: RefusalStyle,
  { status, retryAfterSeconds }: { readonly status: number; readonly retryAfterSeconds?: number },
): void {
  const { headers, body } = style(status, retryAfterSeconds)
  answer.writeHead(status, headers).end(body)
}
