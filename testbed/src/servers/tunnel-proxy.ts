/**
 * An HTTP proxy on the loopback address that opens tunnels (CONNECT) to one port, until it is dead.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** A proxy. */
export interface TunnelProxy {
  readonly url: string
  /** Tunnels that it was asked for since it is dead. */
  readonly deadTunnels: () => number
  /** Cuts its tunnels, and answers no CONNECT from now on. */
  readonly kill: () => void
  readonly stop: () => Promise<void>
}

/**
 * @param port - Where every tunnel leads, whatever CONNECT says.
 * @param host - The loopback address when absent.
 */
export async function startTunnelProxy(port: number, host = '127.0.0.1'): Promise<TunnelProxy> {
  const server = createServer()
  const sockets = new Set<Duplex>()
  let isDead = false
  let deadTunnels = 0
  server.on('connect', (_request, socket: Duplex) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
    if (isDead) {
      deadTunnels += 1
      return
    }
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const worker = connect(port, host)
    worker.on('error', () => socket.destroy()).pipe(socket)
    socket.pipe(worker)
    socket.once('close', () => worker.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`,
    deadTunnels: () => deadTunnels,
    kill: () => {
      isDead = true
      cut()
    },
    stop: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
