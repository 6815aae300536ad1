/**
 * The socket that clients connect to. It terminates TLS and passes bytes on to the worker's process, so that a new
 * certificate and a new process interrupt as little as possible: a certificate counts from the next connection
 * on, and new connections wait while a process is replaced.
 *
 * @module
 */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import { err, ok, type Result } from '@edge-issuer/shared'
import { codeOf, systemReason } from '../files/system-reason.ts'
import { addressText, type ListenAddress } from './listen-address.ts'
import type { TlsPair } from './tls-files.ts'

/** Time for a TLS handshake, in ms. */
const HANDSHAKE_TIMEOUT_MS = 10_000
/** Time without a byte in either direction after which a connection is closed, in ms. */
const IDLE_TIMEOUT_MS = 120_000
/** Time for what the worker has sent to reach its clients, in ms. */
const FLUSH_MS = 500
const FLUSH_POLL_MS = 10

/** A client may end its side first: what it has asked is answered. */
const SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true }

const contextOf = ({ cert, key }: TlsPair): object => ({ cert, key, minVersion: 'TLSv1.2' })

/** Options of {@link Front.listen}. */
export interface FrontOptions {
  readonly address: ListenAddress
  /** Plain TCP when absent. */
  readonly tls: TlsPair | undefined
  /** Connections at once. More are closed immediately, so that their clients try again. */
  readonly maxConnections: number
}

/** Listens for clients. */
export class Front implements AsyncDisposable {
  readonly #server: Server
  readonly #setTls: (pair: TlsPair) => void
  readonly #sockets = new Set<Socket>()
  /** Path of the socket of the worker's process; pending while there is none. */
  #worker = Promise.withResolvers<string>()

  private constructor(server: Server | TlsServer, event: 'connection' | 'secureConnection') {
    this.#server = server
    this.#setTls = (pair) => {
      if ('setSecureContext' in server) server.setSecureContext(contextOf(pair))
    }
    // Of TLS, this is the socket below it.
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on(event, (client: Socket) => {
      void this.#serve(client)
    })
  }

  /** @returns An error message if the address cannot be used. */
  static async listen(options: FrontOptions): Promise<Result<Front, string>> {
    const { address, tls, maxConnections } = options
    const front = tls === undefined ? Front.#plain() : Front.#secure(tls)
    front.#server.maxConnections = maxConnections
    try {
      front.#server.listen(address)
      await once(front.#server, 'listening')
      // A connection that cannot be accepted, for want of descriptors, is lost; the server goes on.
      front.#server.on('error', () => undefined)
      return ok(front)
    } catch (error) {
      return err(cannotListen(address, error))
    }
  }

  static #plain(): Front {
    return new Front(createServer(SOCKET_OPTIONS), 'connection')
  }

  static #secure(tls: TlsPair): Front {
    const server = createTlsServer({
      ...contextOf(tls),
      ...SOCKET_OPTIONS,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    })
    // A client that is no TLS client, or trusts another authority.
    server.on('tlsClientError', () => undefined)
    return new Front(server, 'secureConnection')
  }

  /** Uses another certificate from the next connection on. */
  setTls(pair: TlsPair): void {
    this.#setTls(pair)
  }

  /** New connections wait until {@link release}. */
  hold(): void {
    this.#worker = Promise.withResolvers()
  }

  /** Passes connections on. @param path - Path of the socket of the worker's process. */
  release(path: string): void {
    this.#worker.resolve(path)
  }

  /** Accepts no more connections; those that there are go on. */
  stopAccepting(): void {
    this.#server.close()
  }

  /** Closes all connections, after a moment for the last bytes of responses. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) this.#server.close()
    const deadline = Date.now() + FLUSH_MS
    while (this.#sockets.size > 0 && Date.now() < deadline) await sleep(FLUSH_POLL_MS)
    for (const socket of this.#sockets) socket.destroy()
  }

  async #serve(client: Socket): Promise<void> {
    const close = (): unknown => client.destroy()
    client.on('error', close)
    client.setTimeout(IDLE_TIMEOUT_MS, close)
    const path = await this.#worker.promise
    if (client.destroyed) return
    const worker = connect({ ...SOCKET_OPTIONS, path })
    worker.on('error', close)
    client.on('close', () => worker.destroy())
    // Each side's end is passed on.
    client.pipe(worker)
    worker.pipe(client)
  }
}

/** Error codes of listen(2) and bind(2). */
const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; end it, or choose another port with --listen',
  EACCES:
    'permission denied; a port below 1024 requires root or CAP_NET_BIND_SERVICE (in a systemd unit AmbientCapabilities=CAP_NET_BIND_SERVICE). Another port than that of publicUrl requires a forward or a proxy in front',
  EADDRNOTAVAIL: 'this machine does not have the address',
}

/** @returns Why the address cannot be used, and what to do. */
export const cannotListen = (address: ListenAddress, error: unknown): string =>
  `cannot listen on ${addressText(address)}: ${LISTEN_ERRORS[codeOf(error) ?? ''] ?? systemReason(error)}`
