/**
 * The worker as the relay sees it: sign, and health. Signs each request with the client's key
 * (RFC 9421), sends it, reads the answer; retries nothing, since retries belong to the queue.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  certificatesPath,
  contentDigest,
  err,
  type HealthAnswer,
  healthAnswerSchema,
  IDEMPOTENCY_KEY_HEADER,
  issuerPath,
  JSON_CONTENT_TYPE,
  ok,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  type Result,
  SIGNATURE_LIFETIME_SECONDS,
  type SignAnswer,
  signAnswerSchema,
  signatureBase,
  signatureHeader,
  signatureInput,
  type SignedMessage,
  type SignRequest,
} from '@edge-issuer/shared'
import type { SignerFault } from '../api/signer-fault.ts'
import { readAnswer } from './answer.ts'
import { type ClientKey, readClientKey } from './credentials.ts'
import { createTransport, type Exchange } from './transport.ts'

/** The whole exchange, from connecting to the last octet. */
const DEADLINE_MS = 25_000
const NONCE_BYTES = 16

/** What is needed to speak to one worker. */
export interface SignerClientOptions {
  /** Base URL of the worker, `https:`; must be the worker's own `publicUrl`. */
  readonly url: string
  /** Ed25519, PKCS#8 PEM. */
  readonly privateKeyPem: string
  /** Trust these roots instead of the system's. */
  readonly caBundlePem?: string | undefined
  /** Hears of each exchange: an HTTP status, or `<error>`. */
  readonly onAnswer?: ((code: string) => void) | undefined
}

/** One worker, one identity. Safe for many calls at once. */
export interface SignerClient {
  readonly keyId: string
  /** Asks for a certificate; the same uid gets the same certificate, so it may be asked again. */
  sign(
    issuer: string,
    request: SignRequest,
    signal: AbortSignal,
  ): Promise<Result<SignAnswer, SignerFault>>
  /** Asks how an issuer is, with the same credentials. */
  health(issuer: string, signal: AbortSignal): Promise<Result<HealthAnswer, SignerFault>>
  /** Ends open connections; calls under way fail. */
  close(): Promise<void>
}

/** @returns What is wrong with the options, naming the option; the key is never quoted. */
export function createSignerClient(options: SignerClientOptions): Result<SignerClient, string> {
  const { url, privateKeyPem, caBundlePem, onAnswer } = options
  const base = readBaseUrl(url)
  if (!base.ok) return base
  const key = readClientKey(privateKeyPem)
  if (!key.ok) return err(`the private key ${key.error}`)
  const { keyId } = key.value
  const reading = { origin: new URL(base.value).origin, keyId }
  const transport = createTransport(caBundlePem, onAnswer)

  const exchange = async (
    request: { readonly path: string; readonly body?: SignRequest },
    signal: AbortSignal,
  ): ReturnType<typeof transport.send> =>
    transport.send(
      signedExchange(key.value, `${base.value}${request.path}`, request.body),
      AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    )

  return ok({
    keyId,
    sign: async (issuer, request, signal) => {
      const answer = await exchange({ path: certificatesPath(issuer), body: request }, signal)
      return answer.ok ? readAnswer(answer.value, { ...reading, schema: signAnswerSchema }) : answer
    },
    health: async (issuer, signal) => {
      const answer = await exchange({ path: issuerPath(issuer) }, signal)
      return answer.ok
        ? readAnswer(answer.value, { ...reading, schema: healthAnswerSchema })
        : answer
    },
    close: async () => transport.close(),
  })
}

function signedExchange(
  key: ClientKey,
  targetUri: string,
  request: SignRequest | undefined,
): Exchange {
  const body = request === undefined ? undefined : JSON.stringify(request)
  const message: SignedMessage = {
    method: body === undefined ? 'GET' : 'POST',
    targetUri,
    protocolVersion: PROTOCOL_VERSION,
    ...(body === undefined || request === undefined
      ? {}
      : {
          body: {
            contentDigest: contentDigest(createHash('sha256').update(body).digest()),
            idempotencyKey: request.origin.uid,
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
