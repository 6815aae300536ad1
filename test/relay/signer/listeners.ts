/**
 * Servers on the loopback addresses that are no workers.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Where something listens. */
export interface Listener {
  readonly port: number
  readonly stop: () => Promise<void>
}

/** Starts a server; the kernel chooses a port unless one is given. */
export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<Listener> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    stop: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server that writes `text` and closes; it knows how many connections it got. */
export async function startWriting(
  text: string,
  host?: string,
  port?: number,
): Promise<Listener & { readonly connections: () => number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket
      .on('error', () => undefined)
      .resume()
      .end(text)
  })
  return { ...(await listen(server, host, port)), connections: () => connections }
}
