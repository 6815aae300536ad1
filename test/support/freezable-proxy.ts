/**
 * A TCP proxy that can stop forwarding while it keeps its connections open, as a firewall does that loses its
 * state.
 *
 * @module
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A proxy on the loopback address. */
export interface FreezableProxy {
  readonly port: number
  /** Stops forwarding in both directions; new connections are accepted and stay silent. */
  readonly freeze: () => void
  readonly stop: () => Promise<void>
}

/** @param port - Target port on the loopback address of every connection. */
export async function startFreezableProxy(port: number): Promise<FreezableProxy> {
  const sockets = new Set<Socket>()
  let isFrozen = false
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    keep(client)
    if (isFrozen) return
    const upstream = connect(port, '127.0.0.1')
    keep(upstream)
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    freeze: () => {
      isFrozen = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
