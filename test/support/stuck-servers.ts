/**
 * Servers on the loopback address that let a client wait at one step of an exchange.
 *
 * @module
 */
import dns from 'node:dns'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { vi } from 'vitest'

/** Where a client waits. */
export interface StuckServer {
  readonly host: string
  readonly port: number
  readonly stop: () => Promise<void>
}

/** Listens without ever accepting; its backlog is full, so the kernel answers no further SYN. */
const NEVER_ACCEPTS = `
const { createServer } = require('node:net')
const { parentPort } = require('node:worker_threads')
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
`
/** More than fit into a backlog of 1, which Linux rounds up. */
const FILLERS = 8
const FILL_MS = 200

/** The client's SYN gets no answer. */
export async function startUnaccepting(): Promise<StuckServer> {
  const worker = new Worker(NEVER_ACCEPTS, { eval: true })
  const port = await nextNumber(worker)
  const fillers = Array.from({ length: FILLERS }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  )
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, FILL_MS)
  await promise
  return {
    host: '127.0.0.1',
    port,
    stop: async () => {
      for (const filler of fillers) filler.destroy()
      await worker.terminate()
    },
  }
}

async function nextNumber(worker: Worker): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  worker.once('message', (value: unknown) => resolve(Number(value)))
  return promise
}

/** Accepts, reads, and never answers: neither a TLS handshake nor a proxy's CONNECT. */
export async function startSilent(): Promise<StuckServer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Names are never resolved, in the whole process. */
export function startUnresolving(): StuckServer {
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(() => undefined)
  return {
    host: 'never-resolved.test',
    port: 443,
    stop: async () => {
      lookup.mockRestore()
      return Promise.resolve()
    },
  }
}

/** Well below every time limit of a connection attempt, and far above what an abort takes. */
const LATE_MS = 3_000

/** @returns What the call came to, or `late` when it did not end soon after its deadline. */
export async function endsSoon<T>(call: Promise<T>): Promise<T | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), LATE_MS)
  try {
    return await Promise.race([call, promise])
  } finally {
    clearTimeout(timer)
  }
}
