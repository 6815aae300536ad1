/**
 * Opens the TLS connections to a worker or an API server, directly or through a proxy's tunnel. Each step
 * has a limit, so that no connection attempt outlives the calls that wait for it by much.
 *
 * @module
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { buildConnector } from 'undici'
import type { Proxy, ProxyFor } from './proxy.ts'

const TUNNEL_TIMEOUT_MS = 5_000

/** Options of {@link createConnector}. */
export interface ConnectorOptions {
  /** TLS and limits of the connection to the target. A proxy is checked with the system's roots. */
  readonly connection: buildConnector.BuildOptions
  readonly proxyFor: ProxyFor
}

/** @returns The `connect` function of an undici agent. */
export function createConnector({
  connection,
  proxyFor,
}: ConnectorOptions): buildConnector.connector {
  // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
  const connect = buildConnector({ rejectUnauthorized: true, ...connection })
  return (options, callback) => {
    const { hostname, port, protocol } = options
    const proxy = proxyFor({ hostname, port })
    if (proxy === undefined) {
      connect(options, callback)
      return
    }
    const host = hostname.includes(':') ? `[${hostname}]` : hostname
    openTunnel(proxy, `${host}:${port === '' ? defaultPort(protocol) : port}`, (error, tunnel) => {
      if (error !== null) callback(error, null)
      else
        connect({ ...options, httpSocket: tunnel }, (...outcome) => {
          if (outcome[0] !== null) tunnel.destroy()
          callback(...outcome)
        })
    })
  }
}

const defaultPort = (protocol: string): string => (protocol === 'http:' ? '80' : '443')

type TunnelCallback = (
  ...outcome: [error: Error, tunnel: null] | [error: null, tunnel: Socket]
) => void

/** Calls back exactly once. Messages name the proxy without its credentials. */
function openTunnel(proxy: Proxy, authority: string, callback: TunnelCallback): void {
  const { protocol, hostname, port, authorization } = proxy
  const name = `proxy ${hostname.includes(':') ? `[${hostname}]` : hostname}:${String(port)}`
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
  const settle: TunnelCallback = (...outcome) => {
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
