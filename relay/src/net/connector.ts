/**
 * Opens the TLS connections to a worker or an API server, directly or through a proxy's tunnel. Each step
 * has a limit, so that no connection attempt outlives the calls that wait for it by much.
 *
 * @module
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import {
  type BlockList,
  connect as netConnect,
  type LookupFunction,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net'
import { buildConnector } from 'undici'
import type { Proxy, ProxyFor, Target } from './proxy.ts'

const TUNNEL_TIMEOUT_MS = 5_000
/** For DNS and TCP where addresses are checked. */
const DIAL_TIMEOUT_MS = 5_000

/** Options of {@link createConnector}. */
export interface ConnectorOptions {
  /** TLS and limits of the connection to the target. A proxy is checked with the system's roots. */
  readonly connection: buildConnector.BuildOptions
  readonly proxyFor: ProxyFor
  /** Refuses addresses as they are connected to, over TLS only. It does not apply to a proxy's address. */
  readonly blockList?: BlockList | undefined
  /** Resolves the target's name; the system's resolver when absent. */
  readonly lookup?: LookupFunction | undefined
}

/** @returns The `connect` function of an undici agent. */
export function createConnector({
  connection,
  proxyFor,
  blockList,
  lookup,
}: ConnectorOptions): buildConnector.connector {
  // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED has no effect.
  const dialing = lookup === undefined ? {} : { lookup }
  const connect = buildConnector({ rejectUnauthorized: true, ...connection, ...dialing })
  return (options, callback) => {
    const { hostname, port, protocol } = options
    const target = { hostname, port: port === '' ? defaultPort(protocol) : port }
    const connectOver: SocketCallback = (error, socket) => {
      if (error !== null) callback(error, null)
      else
        connect({ ...options, httpSocket: socket }, (...outcome) => {
          if (outcome[0] !== null) socket.destroy()
          callback(...outcome)
        })
    }
    const proxy = proxyFor({ hostname, port })
    if (proxy !== undefined) openTunnel(proxy, target, connectOver)
    else if (blockList !== undefined) dial(target, { blockList, ...dialing }, connectOver)
    else connect(options, callback)
  }
}

const defaultPort = (protocol: string): string => (protocol === 'http:' ? '80' : '443')

type SocketCallback = (
  ...outcome: [error: Error, socket: null] | [error: null, socket: Socket]
) => void

const inBrackets = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Connects without TLS, since `tls.connect` of Node.js ignores a `blockList`. Calls back exactly once. */
function dial(
  { hostname, port }: Target,
  limits: Pick<TcpNetConnectOpts, 'blockList' | 'lookup'>,
  callback: SocketCallback,
): void {
  const socket = netConnect({ host: hostname, port: Number(port), ...limits })
  const timer = setTimeout(() => {
    socket.destroy(new Error(`no connection within ${DIAL_TIMEOUT_MS} ms`))
  }, DIAL_TIMEOUT_MS)
  const failed = (error: Error): void => {
    clearTimeout(timer)
    callback(error, null)
  }
  socket.once('error', failed)
  socket.once('connect', () => {
    clearTimeout(timer)
    socket.off('error', failed)
    callback(null, socket)
  })
}

/** Calls back exactly once. Messages name the proxy without its credentials. */
function openTunnel(proxy: Proxy, target: Target, callback: SocketCallback): void {
  const authority = `${inBrackets(target.hostname)}:${target.port}`
  const { protocol, hostname, port, authorization } = proxy
  const name = `proxy ${inBrackets(hostname)}:${String(port)}`
  const request = (protocol === 'https:' ? httpsRequest : httpRequest)({
    method: 'CONNECT',
    host: hostname,
    port,
    path: authority,
    agent: false,
    rejectUnauthorized: true,
    headers: {
      host: authority,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
  })
  const timer = setTimeout(() => {
    request.destroy(new Error(`${name} did not open a tunnel within ${TUNNEL_TIMEOUT_MS} ms`))
  }, TUNNEL_TIMEOUT_MS)
  let isSettled = false
  const settle: SocketCallback = (...outcome) => {
    clearTimeout(timer)
    if (isSettled) return
    isSettled = true
    callback(...outcome)
  }
  request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
    // Nothing may come before the TLS handshake, which this side begins.
    if (statusCode >= 200 && statusCode < 300 && head.length === 0) {
      settle(null, socket)
      return
    }
    socket.on('error', () => undefined).destroy()
    settle(new Error(`${name} refused to open a tunnel with status ${String(statusCode)}`), null)
  })
  request.on('error', (error) =>
    settle(new Error(`${name}: ${error.message}`, { cause: error }), null),
  )
  request.once('close', () => settle(new Error(`${name} closed the connection`), null))
  request.end()
}
