/**
 * A server on an address as Go programs write it: `:8081`, `127.0.0.1:8081`, `[::1]:8081`.
 *
 * @module
 */
import type { Server, Socket } from 'node:net'
import { err, ok, type Result } from '@edge-issuer/shared'

/** A server that listens. */
export interface Listening {
  readonly port: number
  /** Accepts no new connections, and returns when the last one is closed, within a limit. */
  close(): Promise<void>
}

/** What an answer may still take once the process is to end. */
const CLOSE_LIMIT_MS = 1_000

/**
 * Listens; port 0 takes a free one.
 *
 * @returns An error text for the operator when the address is wrong or taken.
 */
export async function listen(
  server: Server,
  bindAddress: string,
): Promise<Result<Listening, string>> {
  const address = parseAddress(bindAddress)
  if (address === undefined) {
    return err(`the address "${bindAddress}" is not of the form host:port or :port`)
  }
  const sockets = openSockets(server)
  const listening = Promise.withResolvers<Result<void, string>>()
  server.once('error', (error) => listening.resolve(err(error.message)))
  server.listen(address, () => listening.resolve(ok(undefined)))
  const started = await listening.promise
  if (!started.ok) return started
  const bound = server.address()
  return ok({
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    close: async () => {
      const closed = Promise.withResolvers<void>()
      // Idle connections are closed at once; the error says that it was closed before.
      server.close(() => closed.resolve())
      // A client that sends nothing, or does not read its response, would block the exit permanently.
      const limit = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, CLOSE_LIMIT_MS)
      await closed.promise
      clearTimeout(limit)
    },
  })
}

/** @returns Those that are open at each moment. Below TLS: also those that have not shaken hands. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

function parseAddress(text: string): { readonly host?: string; readonly port: number } | undefined {
  const match = /^(?:\[(?<v6>[\da-f:.]+)\]|(?<host>[\w.-]*)):(?<port>\d{1,5})$/iu.exec(text)
  const port = Number(match?.groups?.['port'])
  if (match === null || port > 65_535) return undefined
  const host = match.groups?.['v6'] ?? match.groups?.['host'] ?? ''
  return host === '' ? { port } : { host, port }
}
