/**
 * One HTTPS exchange with the worker: own trust anchors per issuer, deadlines, and a limit on what
 * is read.
 *
 * @module
 */
import { err, ok, type Result, type SignedMethod } from '@edge-issuer/shared'
import { Agent, type Dispatcher } from 'undici'
import { oneLine } from '../api/one-line.ts'
import type { SignerError } from '../api/signer-error.ts'
import { type ConnectorOptions, createConnector } from '../net/connector.ts'
import { orAborted } from '../queue/deadline.ts'
import { withRequestId } from './request-id.ts'

/** Headers or the next part of the body; the whole exchange is bounded by the caller's signal. */
const ANSWER_TIMEOUT_MS = 20_000
const KEEP_ALIVE_TIMEOUT_MS = 30_000
/** For DNS, TCP and TLS to the worker. */
const CONNECT_TIMEOUT_MS = 5_000

/** A request as it goes out; nothing is added to it but `host` and `content-length`. */
export interface HttpRequest {
  readonly method: SignedMethod
  /** As it was signed: what follows the origin is sent unchanged, with the query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** An answer of any status. */
export interface HttpResponse {
  readonly status: number
  /** A header's value; several of one name are joined by a comma. */
  readonly header: (name: string) => string | null
  readonly body: string
}

/** Sends requests to one worker. */
export interface Transport {
  send(exchange: HttpRequest, signal: AbortSignal): Promise<Result<HttpResponse, SignerError>>
  /** Ends connections as soon as the calls under way have ended; later calls fail. */
  retire(): void
  close(): Promise<void>
}

/** Options of {@link createTransport}. */
export interface TransportOptions extends Pick<
  ConnectorOptions,
  'blockList' | 'lookup' | 'proxyFor'
> {
  /** Trust these roots for the worker instead of the system's. */
  readonly caBundlePem: string | undefined
  /** A longer body is an error, found before the rest of it is read. */
  readonly maxAnswerBytes: number
  /** Called for each exchange with an HTTP status, or `<error>` when there was none. */
  readonly onAnswer?: ((code: string) => void) | undefined
}

/** Opens nothing yet. */
export function createTransport({
  maxAnswerBytes,
  onAnswer = () => undefined,
  caBundlePem,
  ...reach
}: TransportOptions): Transport {
  const agent = new Agent({
    connect: createConnector({
      connection: {
        timeout: CONNECT_TIMEOUT_MS,
        ...(caBundlePem === undefined ? {} : { ca: caBundlePem }),
      },
      ...reach,
    }),
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  })
  return {
    send: async (exchange, signal) => {
      const { origin } = new URL(exchange.url)
      let code = '<error>'
      let header: HttpResponse['header'] = noHeader
      const receive = async (): Promise<HttpResponse> => {
        const { statusCode, headers, body } = await request(agent, exchange, signal)
        code = String(statusCode)
        header = (name) => joined(headers[name])
        return {
          status: statusCode,
          header,
          body: await readLimited(body, maxAnswerBytes),
        }
      }
      try {
        // Undici checks the signal only once a request has its connection.
        return ok(await orAborted(receive(), signal))
      } catch (error) {
        // A body that breaks off comes after the headers, which may have named the request.
        return err(withRequestId(transportError(origin, error), header))
      } finally {
        onAnswer(code)
      }
    },
    retire: () => {
      // It rejects only when the agent is closed already.
      agent.close().catch(() => undefined)
    },
    close: async () => agent.destroy(),
  }
}

const noHeader = (): null => null

async function request(
  agent: Dispatcher,
  { method, url, headers, body }: HttpRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { origin } = new URL(url)
  const path = url.slice(origin.length)
  return agent.request({ origin, path, method, headers, signal, body: body ?? null })
}

async function readLimited(body: AsyncIterable<unknown>, maxBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of body) {
    if (!Buffer.isBuffer(part)) continue
    length += part.length
    if (length > maxBytes) throw new Error(`the response is longer than ${String(maxBytes)} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const joined = (value: string | string[] | undefined): string | null =>
  Array.isArray(value) ? value.join(', ') : (value ?? null)

/** Codes of OpenSSL and Node that mean: connected, but the certificate is not to be trusted. */
const TLS_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Longest text of an error; that of a certificate quotes its names. */
const MAX_ERROR_CHARACTERS = 1_024

function transportError(origin: string, error: unknown): SignerError {
  const { code, ...cause } = rootCause(error)
  const text = oneLine(cause.text, MAX_ERROR_CHARACTERS)
  if (TLS_CODES.has(code)) {
    return {
      class: 'issuer',
      code: 'tls_untrusted',
      message: `the TLS certificate of ${origin} is not trusted (${text}); set caBundle to the roots that signed it, or fix the certificate`,
    }
  }
  return {
    class: 'temporary',
    code: 'transport_error',
    message: `cannot reach the worker at ${origin} (${text})`,
  }
}

/** The innermost error with a code, since undici wraps what the socket said. */
function rootCause(error: unknown): { readonly code: string; readonly text: string } {
  if (!(error instanceof Error)) return { code: '', text: String(error) }
  // Happy eyeballs: one error an address.
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0])
  if (error.cause instanceof Error) return rootCause(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { code, text: error.message === '' ? code : error.message }
}
