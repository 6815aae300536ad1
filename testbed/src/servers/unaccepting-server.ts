/**
 * A TCP port of the loopback address that behaves as an address behind a firewall that drops packets.
 *
 * @module
 */
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'

/** Where a client waits. */
export interface StuckServer {
  readonly host: string
  readonly port: number
  readonly stop: () => Promise<void>
}

/** Listens without ever accepting; its backlog is full, so the kernel answers no further SYN. */
const NEVER_ACCEPTS = `
const { createServer } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const server = createServer().listen({ port: workerData, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
`
/** More than fit into a backlog of 1, which Linux rounds up. */
const FILLERS = 8
const FILL_MS = 200

/** Leaves the SYN of each client unanswered. @param wanted - The port; 0 for any. */
export async function startUnaccepting(wanted = 0): Promise<StuckServer> {
  const worker = new Worker(NEVER_ACCEPTS, { eval: true, workerData: wanted })
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
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  worker.once('message', (value: unknown) => resolve(Number(value)))
  worker.once('error', reject)
  return promise
}
