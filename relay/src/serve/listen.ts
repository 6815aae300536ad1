/**
 * A server on an address as Go programs write it: `:8081`, `127.0.0.1:8081`, `[::1]:8081`.
 *
 * @module
 */
import type { Server } from 'node:net'
import { err, ok, type Result } from '@edge-issuer/shared'

/** A server that listens. */
export interface Listening {
  readonly port: number
  /** Takes no more connections, and returns when the last one is closed. */
  close(): Promise<void>
}

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
      await closed.promise
    },
  })
}

function parseAddress(text: string): { readonly host?: string; readonly port: number } | undefined {
  const match = /^(?:\[(?<v6>[\da-f:.]+)\]|(?<host>[\w.-]*)):(?<port>\d{1,5})$/iu.exec(text)
  const port = Number(match?.groups?.['port'])
  if (match === null || port > 65_535) return undefined
  const host = match.groups?.['v6'] ?? match.groups?.['host'] ?? ''
  return host === '' ? { port } : { host, port }
}
