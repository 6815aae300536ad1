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
  err,
  IDEMPOTENCY_KEY_HEADER,
  JSON_CONTENT_TYPE,
  ok,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  type Result,
  SIGNATURE_LIFETIME_SECONDS,
  signatureBase,
  signatureHeader,
  signatureInput,
  type SignedMessage,
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

/** What is needed to speak to one worker. */
export interface WorkerOptions {
  /** Base URL of the worker, `https:`; must be the worker's own `publicUrl`. */
  readonly url: string
  /** Ed25519, PKCS#8 PEM. */
  readonly privateKeyPem: string
  /** Trust these roots instead of the system's. */
  readonly caBundlePem?: string | undefined
  /** Where the worker may be; anywhere when absent. */
  readonly destinations?: Destinations | undefined
  /** Resolves the worker's name; the system's resolver when absent. */
  readonly lookup?: LookupFunction | undefined
  /** Hears of each exchange: an HTTP status, or `<error>` when there was none. */
  readonly onAnswer?: ((code: string) => void) | undefined
}

/** What is posted. */
export interface PostRequest {
  /** Under the worker's URL, with a leading slash. */
  readonly path: string
  /** JSON text. */
  readonly body: string
  readonly idempotencyKey: string
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
  const base = readBaseUrl(options.url)
  if (!base.ok) return base
  const key = readClientKey(options.privateKeyPem)
  if (!key.ok) return err(`the private key ${key.error}`)
  const { keyId } = key.value
  const { origin, hostname, port } = new URL(base.value)
  const place = { origin, keyId }
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

  const exchange = async (
    { path, ...content }: { readonly path: string } & Partial<PostRequest>,
    signal: AbortSignal,
  ): Promise<Result<HttpResponse, SignerError>> =>
    withDeadline({ clock: systemClock, limitMs: DEADLINE_MS, signal }, async (limited) =>
      transport.send(signedRequest(key.value, `${base.value}${path}`, content), limited),
    )

  return ok({
    keyId,
    get: async (path, schema, signal) => {
      const answer = await exchange({ path }, signal)
      return answer.ok ? readResponse(answer.value, { ...place, schema }) : answer
    },
    getText: async (path, signal) => {
      const answer = await exchange({ path }, signal)
      return answer.ok ? readTextResponse(answer.value, place) : answer
    },
    post: async (postRequest, schema, signal) => {
      const answer = await exchange(postRequest, signal)
      return answer.ok ? readResponse(answer.value, { ...place, schema }) : answer
    },
    retire: () => transport.retire(),
    close: async () => transport.close(),
  })
}

function signedRequest(
  key: ClientKey,
  targetUri: string,
  { body, idempotencyKey }: Partial<PostRequest>,
): HttpRequest {
  const message: SignedMessage = {
    method: body === undefined ? 'GET' : 'POST',
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
  }
  const createdSeconds = Math.floor(Date.now() / 1000)
  const parameters = {
    createdSeconds,
    expiresSeconds: createdSeconds + SIGNATURE_LIFETIME_SECONDS,
    nonce: randomBytes(NONCE_BYTES).toString('base64url'),
    keyId: key.keyId,
  }
  return {
    method: message.method,
    url: targetUri,
    headers: {
      accept: JSON_CONTENT_TYPE,
      [PROTOCOL_HEADER]: PROTOCOL_VERSION,
      ...(message.body === undefined
        ? {}
        : {
            'content-type': JSON_CONTENT_TYPE,
            'content-digest': message.body.contentDigest,
            [IDEMPOTENCY_KEY_HEADER]: message.body.idempotencyKey,
          }),
      'signature-input': signatureInput(message, parameters),
      signature: signatureHeader(key.sign(signatureBase(message, parameters))),
    },
    ...(body === undefined ? {} : { body }),
  }
}

/** The base without a trailing slash; the CRD's schema says the same, the CLI has no schema. */
function readBaseUrl(text: string): Result<string, string> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return err(`the url ${JSON.stringify(text)} is not an absolute URL`)
  if (url.protocol !== 'https:') return err(`the url must be https, not ${url.protocol}//`)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return err('the url must have no user, password, query or fragment')
  }
  return ok(`${url.origin}${url.pathname}`.replace(/\/+$/, ''))
}
