/**
 * One kept-alive HTTP/1.1 connection with one request on its way at a time. It reads what the worker
 * sends and nothing else, so that it costs little: the load shares the machine with the worker.
 *
 * @module
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SignedRequest } from '@edge-issuer/testbed/worker/signed-request'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly body: Buffer
}

/** A connection; after a failure it is of no more use. */
export interface Connection {
  /** Sends one whole request, and waits for the whole answer. */
  readonly exchange: (request: Buffer) => Promise<Answer>
  readonly close: () => void
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) /
const CONTENT_LENGTH = /^content-length: *(\d+)\r$/im

/**
 * Connects.
 *
 * @param url - `http:` or `https:`, an address and a port.
 * @param caPem - Whom to trust, for `https:`.
 */
export async function openConnection(url: URL, caPem: string | undefined): Promise<Connection> {
  const socket = await open(url, caPem)
  socket.setNoDelay(true)
  let waiting: PromiseWithResolvers<Answer> | undefined
  let received: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    try {
      const answer = readAnswer(received)
      if (answer === undefined) return
      received = Buffer.alloc(0)
      waiting?.resolve(answer)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  let failure: Error | undefined
  const fail = (error: Error): void => {
    failure ??= error
    waiting?.reject(failure)
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the worker closed the connection')))
  return {
    exchange: async (request) => {
      waiting = Promise.withResolvers()
      if (failure === undefined) socket.write(request)
      else waiting.reject(failure)
      return waiting.promise
    },
    close: () => {
      waiting = undefined
      socket.destroy()
    },
  }
}

/** A request as it goes over the wire. */
export function toBytes(host: string, request: SignedRequest): Buffer {
  const { method, path, headers, body = '' } = request
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === 'GET' ? [] : [`content-length: ${String(Buffer.byteLength(body))}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

async function open({ protocol, hostname, port }: URL, ca: string | undefined): Promise<Socket> {
  const address = { host: hostname, port: Number(port) }
  if (protocol === 'http:') {
    const socket = connect(address)
    await once(socket, 'connect')
    return socket
  }
  const socket = connectTls({ ...address, ...(ca === undefined ? {} : { ca }) })
  await once(socket, 'secureConnect')
  return socket
}

/**
 * @returns `undefined` while a part is missing.
 * @throws Error for an answer without a length, and for bytes after its end: no more was requested
 */
function readAnswer(received: Buffer): Answer | undefined {
  const endOfHead = received.indexOf(END_OF_HEAD)
  if (endOfHead < 0) return undefined
  const head = received.toString('latin1', 0, endOfHead + 2)
  const status = STATUS_LINE.exec(head)?.[1]
  const length = CONTENT_LENGTH.exec(head)?.[1]
  if (status === undefined || length === undefined) throw new Error(`not an answer: ${head}`)
  const start = endOfHead + END_OF_HEAD.length
  const body = received.subarray(start, start + Number(length))
  if (body.length < Number(length)) return undefined
  if (received.length > start + body.length) throw new Error('more than one answer came')
  return { status: Number(status), body }
}
