/**
 * `/metrics` for Prometheus: over TLS and only for clients that RBAC permits, or plain HTTP if configured.
 *
 * @module
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { ok, type Result } from '@edge-issuer/shared'
import type { AccessReviewer } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../queue/clock.ts'
import { followCertificateDir, readCertificateDir } from './certificate-dir.ts'
import { listen, type Listening } from './listen.ts'
import { type AuthResult, MetricsAuth } from './metrics-auth.ts'
import { createSelfSigned, type ServingCertificate } from './self-signed.ts'

/** Options of {@link serveMetrics}. */
export interface MetricsServerOptions {
  /** `:8443`, `127.0.0.1:8443`, `[::1]:8443`; port 0 takes a free one. */
  readonly bindAddress: string
  /** TLS, and a token that RBAC permits to get `/metrics`. */
  readonly secure: boolean
  /** A folder with `tls.crt` and `tls.key`; empty for a self-signed certificate. */
  readonly certDir: string
  readonly metrics: Pick<Metrics, 'contentType' | 'text'>
  readonly reviewer: AccessReviewer
  readonly clock: Clock
  readonly log: Log
}

/** The name in the self-signed certificate. */
const SERVER_NAME = 'edge-issuer-relay'
const LIMITS = { maxHeaderSize: 16_384, headersTimeout: 5_000, requestTimeout: 5_000 }
/** Scrapers are few. */
const MAX_CONNECTIONS = 64

type Check = (request: IncomingMessage) => Promise<AuthResult>
const everybody: Check = async () => Promise.resolve('allowed')

/** Listens. @returns An error text for the operator when the address or the certificate is of no use. */
export async function serveMetrics(
  options: MetricsServerOptions,
): Promise<Result<Listening, string>> {
  if (options.secure) return serveSecurely(options)
  const server = createHttpServer(LIMITS, answerer(everybody, options))
  server.maxConnections = MAX_CONNECTIONS
  return listen(server, options.bindAddress)
}

async function serveSecurely(options: MetricsServerOptions): Promise<Result<Listening, string>> {
  const { certDir, clock, log } = options
  const certificate =
    certDir === ''
      ? ok(createSelfSigned(SERVER_NAME, clock.now()))
      : await readCertificateDir(certDir)
  if (!certificate.ok) return certificate
  const gate = new MetricsAuth(options)
  const check: Check = async ({ headers }) => gate.check(headers.authorization)
  const server = createHttpsServer(
    { ...LIMITS, ...contextOf(certificate.value) },
    answerer(check, options),
  )
  server.maxConnections = MAX_CONNECTIONS
  const listening = await listen(server, options.bindAddress)
  if (!listening.ok || certDir === '') return listening
  const following = new AbortController()
  const use = (renewed: ServingCertificate): void => server.setSecureContext(contextOf(renewed))
  const followed = followCertificateDir(
    { directory: certDir, current: certificate.value, use, clock, log },
    following.signal,
  )
  return ok({
    port: listening.value.port,
    close: async () => {
      following.abort()
      await Promise.all([listening.value.close(), followed])
    },
  })
}

const contextOf = ({
  certificatePem,
  keyPem,
}: ServingCertificate): { readonly cert: string; readonly key: string } => ({
  cert: certificatePem,
  key: keyPem,
})

const REFUSALS = {
  unauthenticated: [401, 'show a token: Authorization: Bearer …'],
  forbidden: [403, 'the ClusterRole edge-issuer-metrics-reader permits it'],
  unavailable: [503, 'the API server does not say who may'],
} as const satisfies Record<Exclude<AuthResult, 'allowed'>, readonly [number, string]>

function answerer(
  check: Check,
  { metrics, log }: MetricsServerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const result = await check(request)
    if (result !== 'allowed') {
      const [status, text] = REFUSALS[result]
      if (status === 401) response.setHeader('www-authenticate', 'Bearer')
      refuse(response, status, text)
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      refuse(response, 405, 'method not allowed')
    } else if (request.url?.split('?')[0] === '/metrics') {
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text())
    } else {
      refuse(response, 404, 'not found')
    }
  }
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error({ error: String(error) }, 'metrics not served')
      response.destroy()
    })
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
