/**
 * One worker, one key: signs each request (RFC 9421), sends it, and reads the answer. Retries nothing,
 * since retries belong to the caller.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { LookupFunction } from 'node:net'
import {
  contentDigest,
  coveredHeaders,
  err,
  isOlderProtocol,
  JSON_CONTENT_TYPE,
  ok,
  type Precondition,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  type RefusalCode,
  REFUSALS,
  type Result,
  SIGNATURE_LIFETIME_SECONDS,
  signatureBase,
  signatureHeader,
  signatureInput,
  type SignedMessage,
  type SignedMethod,
} from '@edge-issuer/shared'
import type { SignerError } from '../api/signer-error.ts'
import { withoutBrackets } from '../net/address.ts'
import type { Destinations } from '../net/destinations.ts'
import { readProxyVariables } from '../net/proxy.ts'
import { systemClock } from '../queue/clock.ts'
import { withDeadline } from '../queue/deadline.ts'
import { type ClientKey, readClientKey } from './credentials.ts'
import {
  type ReadResponse,
  type ResponseSchema,
  readResponse,
  readTextResponse,
} from './response.ts'
import { createTransport, type HttpRequest, type HttpResponse } from './transport.ts'

/** Limit for the whole call, from connecting to the last byte. */
const DEADLINE_MS = 25_000
const NONCE_BYTES = 16

/** Where a worker is, and how to reach it. */
export interface WorkerTarget {
  /** Base URL of the worker, `https:`; must be the worker's own `publicUrl`. */
  readonly url: string
  /** Trust these roots instead of the system's. */
  readonly caBundlePem?: string | undefined
  /** Where the worker may be; anywhere when absent. */
  readonly destinations?: Destinations | undefined
  /** Resolves the worker's name; the system's resolver when absent. */
  readonly lookup?: LookupFunction | undefined
  /** Hears of each exchange: an HTTP status, or `<error>` when there was none. */
  readonly onAnswer?: ((code: string) => void) | undefined
}

/** What signs requests to a worker. */
export interface Credentials {
  readonly key: ClientKey
  /** Sends a ServiceAccount token that is bound to the key, for a key that is not registered. */
  readonly serviceAccount?: ServiceAccountToken | undefined
}

/** Where the token of each request comes from. */
export interface ServiceAccountToken {
  /** Name of the client at the worker. */
  readonly client: string
  /** @returns A token whose audience names the key: kept, or requested when it expires soon. */
  readonly read: (signal: AbortSignal) => Promise<Result<string, SignerError>>
  /**
   * Replaces a token that the worker rejected.
   *
   * @returns Whether there is another one, so that the request may be sent again.
   */
  readonly replace?: (rejected: string, signal: AbortSignal) => Promise<boolean>
}

/** What is needed to speak to one worker. */
export interface WorkerOptions extends WorkerTarget, Omit<Credentials, 'key'> {
  /** Ed25519, PKCS#8 PEM. */
  readonly privateKeyPem: string
}

/** What is posted. */
export interface PostRequest {
  /** Under the worker's URL, with a leading slash. */
  readonly path: string
  /** JSON text. */
  readonly body: string
  readonly idempotencyKey: string
  /**
   * Makes the body for a worker that speaks the minor version before this one, which refuses members that this
   * version added. Sent when such a worker refused {@link PostRequest.body}; nothing is if they are the same.
   */
  readonly olderBody?: () => string | undefined
  /** Whether a token that the worker rejects is not replaced. */
  readonly keepsToken?: true
}

/** A request of any method of the protocol. */
export interface SendRequest extends Partial<PostRequest> {
  readonly method: SignedMethod
  /** Under the worker's URL, with a leading slash; may have a query, which is signed too. */
  readonly path: string
  /** Of PUT and DELETE. */
  readonly precondition?: Precondition
}

/** Safe for many calls at once. */
export interface WorkerConnection {
  /** RFC 7638 thumbprint of the key that signs. */
  readonly keyId: string
  /** @param path - Under the worker's URL, with a leading slash; may have a query, which is signed too. */
  get<T>(
    path: string,
    schema: ResponseSchema<T>,
    signal: AbortSignal,
  ): Promise<Result<ReadResponse<T>, SignerError>>
  /** As {@link WorkerConnection.get}, for an answer that is not JSON. */
  getText(path: string, signal: AbortSignal): Promise<Result<string, SignerError>>
  post<T>(
    postRequest: PostRequest,
    schema: ResponseSchema<T>,
    signal: AbortSignal,
  ): Promise<Result<ReadResponse<T>, SignerError>>
  /** As {@link WorkerConnection.post}, with any method. */
  send<T>(
    request: SendRequest,
    schema: ResponseSchema<T>,
    signal: AbortSignal,
  ): Promise<Result<ReadResponse<T>, SignerError>>
  /** Ends connections as soon as the calls under way have ended; later calls fail. */
  retire(): void
  /** Ends open connections; calls under way fail. */
  close(): Promise<void>
}

/**
 * Opens nothing yet: connections are made when they are needed, and kept.
 *
 * @param maxAnswerBytes - A longer response is a temporary error.
 * @returns What is wrong with the options, naming the option; the key is never quoted.
 */
export function openWorker(
  options: WorkerOptions,
  maxAnswerBytes: number,
): Result<WorkerConnection, string> {
  const { privateKeyPem, serviceAccount } = options
  const key = readClientKey(privateKeyPem)
  return key.ok
    ? openWorkerAs({ key: key.value, serviceAccount }, options, maxAnswerBytes)
    : err(`the private key ${key.error}`)
}

/** As {@link openWorker}, with credentials that were read. */
export function openWorkerAs(
  { key, serviceAccount }: Credentials,
  options: WorkerTarget,
  maxAnswerBytes: number,
): Result<WorkerConnection, string> {
  const base = readBaseUrl(options.url)
  if (!base.ok) return base
  const { keyId } = key
  const { origin, hostname, port } = new URL(base.value)
  const place = { origin, keyId, client: serviceAccount?.client }
  const proxyFor = readProxyVariables(process.env)
  if (!proxyFor.ok) return proxyFor
  const target = { hostname: withoutBrackets(hostname), port }
  const isProxied = proxyFor.value(target) !== undefined
  const blockList = options.destinations?.restrict(target, isProxied) ?? ok(undefined)
  if (!blockList.ok) return blockList
  const transport = createTransport({
    caBundlePem: options.caBundlePem,
    lookup: options.lookup,
    proxyFor: proxyFor.value,
    blockList: blockList.value,
    maxAnswerBytes,
    onAnswer: options.onAnswer,
  })

  const sendOnce = async (
    request: SendRequest,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<Result<HttpResponse, SignerError>> => {
    const message = toMessage(`${base.value}${request.path}`, request)
    const { client = '' } = serviceAccount ?? {}
    const { publicKey } = key
    const credential = token === undefined ? {} : { credential: { client, publicKey, token } }
    return transport.send(signedRequest(key, { ...message, ...credential }, request.body), signal)
  }

  /** Sends the request a second time if another token may be accepted. */
  const exchange = async <T>(
    request: SendRequest,
    read: (answer: HttpResponse) => Result<T, SignerError>,
    signal: AbortSignal,
  ): Promise<Result<T, SignerError>> =>
    withDeadline({ clock: systemClock, limitMs: DEADLINE_MS, signal }, async (limited) => {
      const attempt = async (token: string | undefined): Promise<Result<T, SignerError>> => {
        const answer = await sendOnce(request, token, limited)
        if (!answer.ok) return answer
        const body = isRefusedByOlder(answer.value) ? request.olderBody?.() : undefined
        if (body === undefined) return read(answer.value)
        const other = await sendOnce({ ...request, body }, token, limited)
        return other.ok ? read(other.value) : other
      }
      const token = await serviceAccount?.read(limited)
      if (token?.ok === false) return token
      const answer = await attempt(token?.value)
      const isRejected = !answer.ok && answer.error.code === TOKEN_REJECTED
      if (!isRejected || token === undefined || request.keepsToken === true) return answer
      const other = await replaceToken(serviceAccount, token.value, limited)
      return other === undefined ? answer : attempt(other)
    })

  const send: WorkerConnection['send'] = async (request, schema, signal) =>
    exchange(request, (answer) => readResponse(answer, { ...place, schema }), signal)

  return ok({
    keyId,
    get: async (path, schema, signal) => send({ method: 'GET', path }, schema, signal),
    getText: async (path, signal) =>
      exchange({ method: 'GET', path }, (answer) => readTextResponse(answer, place), signal),
    post: async (postRequest, schema, signal) =>
      send({ method: 'POST', ...postRequest }, schema, signal),
    send,
    retire: () => transport.retire(),
    close: async () => transport.close(),
  })
}

/** Each response decides for itself: while a worker is upgraded, versions take turns. */
const isRefusedByOlder = ({ status, header }: HttpResponse): boolean =>
  status === REFUSALS.request_malformed.status && isOlderProtocol(header(PROTOCOL_HEADER))

/** The worker does not say more: the token may be expired, or its key unknown. */
const TOKEN_REJECTED: RefusalCode = 'credentials_rejected'

/** @returns Another token; nothing if there is none. */
async function replaceToken(
  source: ServiceAccountToken | undefined,
  rejected: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if ((await source?.replace?.(rejected, signal)) !== true) return undefined
  const other = await source?.read(signal)
  return other?.ok === true ? other.value : undefined
}

function toMessage(
  targetUri: string,
  { method, body, idempotencyKey, precondition }: SendRequest,
): SignedMessage {
  return {
    method,
    targetUri,
    protocolVersion: PROTOCOL_VERSION,
    ...(body === undefined || idempotencyKey === undefined
      ? {}
      : {
          body: {
            contentDigest: contentDigest(createHash('sha256').update(body).digest()),
            idempotencyKey,
          },
        }),
    ...(precondition === undefined ? {} : { precondition }),
  }
}

function signedRequest(
  key: ClientKey,
  message: SignedMessage,
  body: string | undefined,
): HttpRequest {
  const createdSeconds = Math.floor(Date.now() / 1000)
  const parameters = {
    createdSeconds,
    expiresSeconds: createdSeconds + SIGNATURE_LIFETIME_SECONDS,
    nonce: randomBytes(NONCE_BYTES).toString('base64url'),
    keyId: key.keyId,
  }
  return {
    method: message.method,
    url: message.targetUri,
    headers: {
      accept: JSON_CONTENT_TYPE,
      ...coveredHeaders(message),
      'signature-input': signatureInput(message, parameters),
      signature: signatureHeader(key.sign(signatureBase(message, parameters))),
    },
    ...(body === undefined ? {} : { body }),
  }
}

/** @returns The base without a trailing slash; the CRD's schema says the same, the CLI has no schema. */
export function readBaseUrl(text: string): Result<string, string> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return err(`the url ${JSON.stringify(text)} is not an absolute URL`)
  if (url.protocol !== 'https:') return err(`the url must be https, not ${url.protocol}//`)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return err('the url must have no user, password, query or fragment')
  }
  return ok(`${url.origin}${url.pathname}`.replace(/\/+$/, ''))
}
