/**
 * Opens the TLS connections to a worker, directly or through a proxy's tunnel. Each step has a limit, so
 * that no connection attempt outlives the calls that wait for it by much.
 *
 * @module
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type BlockList, connect as netConnect, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import type { Proxy, ProxyFor, Target } from './proxy.ts'

/** For DNS and TCP, or the tunnel; and again for TLS to the worker. */
const CONNECT_TIMEOUT_MS = 5_000
const DEFAULT_PORT = 443

/** Options of {@link createConnector}. */
export interface ConnectorOptions {
  /** Trust these roots for the worker instead of the system's. A proxy is checked with the system's. */
  readonly caBundlePem: string | undefined
  readonly proxyFor: ProxyFor
  /** Refuses addresses of the worker as they are connected to. It has no say in a proxy's address. */
  readonly blockList?: BlockList | undefined
}

/** @returns The `connect` function of an undici agent. */
export function createConnector({
  caBundlePem,
  proxyFor,
  blockList,
}: ConnectorOptions): buildConnector.connector {
  const startTls = buildConnector({
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: true,
    timeout: CONNECT_TIMEOUT_MS,
    ...(caBundlePem === undefined ? {} : { ca: caBundlePem }),
  })
  return (options, callback) => {
    const { hostname, port } = options
    const target = { hostname, port }
    const proxy = proxyFor(target)
    const connected: SocketCallback = (error, socket) => {
      if (error !== null) callback(error, null)
      else
        startTls({ ...options, httpSocket: socket }, (...outcome) => {
          if (outcome[0] !== null) socket.destroy()
          callback(...outcome)
        })
    }
    if (proxy === undefined) connectDirectly(target, blockList, connected)
    else openTunnel(proxy, target, connected)
  }
}

type SocketCallback = (
  ...outcome: [error: Error, socket: null] | [error: null, socket: Socket]
) => void

const inBrackets = (host: string): string => (host.includes(':') ? `[${host}]` : host)

const portOf = ({ port }: Target): number => Number(port === '' ? DEFAULT_PORT : port)

/**
 * Calls back exactly once. TLS begins on a connected socket, since `tls.connect` of Node.js does not heed a
 * `blockList`.
 */
function connectDirectly(
  target: Target,
  blockList: BlockList | undefined,
  callback: SocketCallback,
): void {
  const socket = netConnect({
    host: target.hostname,
    port: portOf(target),
    ...(blockList === undefined ? {} : { blockList }),
  })
  const timer = setTimeout(() => {
    socket.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`))
  }, CONNECT_TIMEOUT_MS)
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
  const authority = `${inBrackets(target.hostname)}:${String(portOf(target))}`
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
    request.destroy(new Error(`${name} did not open a tunnel within ${CONNECT_TIMEOUT_MS} ms`))
  }, CONNECT_TIMEOUT_MS)
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
