/**
 * Servers on the loopback address that hang at one step of an exchange.
 *
 * @module
 */
import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { StuckServer } from '@edge-issuer/testbed/servers/unaccepting-server'
import { vi } from 'vitest'

/** Accepts, reads, and never responds: neither to a TLS handshake nor to a proxy's CONNECT. */
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

/** Makes every DNS lookup of the process hang. */
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

/** What is promised. */
const LATE_MS = 1_000

/**
 * The timer is one of this process, so that a busy machine delays it as it does the deadline.
 *
 * @returns The outcome of the call, or `late` when it did not end within a second after its deadline
 */
export async function endsSoon<T>(call: Promise<T>, deadlineMs: number): Promise<T | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), deadlineMs + LATE_MS)
  try {
    return await Promise.race([call, promise])
  } finally {
    clearTimeout(timer)
  }
}
