/**
 * HTTP requests as a client sends them, signed with the shared half of the protocol. What is signed
 * and what is sent can be made to differ, one thing at a time.
 * @module
 */
import { createHash, sign } from 'node:crypto'
import {
  certificatesPath,
  CLIENT_HEADER,
  contentDigest,
  coveredHeaders,
  IDEMPOTENCY_KEY_HEADER,
  issuerPath,
  JSON_CONTENT_TYPE,
  KEY_HEADER,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  signatureBase,
  signatureHeader,
  signatureInput,
  type SignatureParameters,
  type SignedMessage,
  type SignRequest,
  TOKEN_HEADER,
  type TokenCredential,
} from '@edge-issuer/shared'
import { PUBLIC_URL } from '../../support/worker-fixture.ts'
import { keyOf, type SigningKey } from './fixture.ts'

/** How a request is signed. */
export interface Signing {
  /** That of `cluster-1` when absent. */
  readonly key?: SigningKey
  readonly issuer?: string
  /** Path and query, in place of those of the issuer. */
  readonly path?: string
  /** The client's clock, epoch ms. */
  readonly nowMs?: number
  /** Sent and signed beside the key. */
  readonly credential?: TokenCredential
  /** Signed in place of what is sent. */
  readonly message?: Partial<SignedMessage>
  readonly parameters?: Partial<SignatureParameters>
}

/** `POST …/certificates` with a request, or with anything else under the idempotency key `no-uid`. */
export function post(body: SignRequest | string | Uint8Array, signing: Signing = {}): Request {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  const text = isRaw ? body : JSON.stringify(body)
  const idempotencyKey = isRaw ? 'no-uid' : body.origin.uid
  const digest = contentDigest(createHash('sha256').update(text).digest())
  const targetUri = PUBLIC_URL + (signing.path ?? certificatesPath(signing.issuer ?? 'default'))
  const headers = signatureHeaders(
    {
      method: 'POST',
      targetUri,
      protocolVersion: PROTOCOL_VERSION,
      body: { contentDigest: digest, idempotencyKey },
      ...credentialPart(signing),
      ...signing.message,
    },
    signing,
  )
  return new Request(targetUri, {
    method: 'POST',
    headers: {
      'content-type': JSON_CONTENT_TYPE,
      'content-digest': digest,
      [IDEMPOTENCY_KEY_HEADER]: idempotencyKey,
      [PROTOCOL_HEADER]: PROTOCOL_VERSION,
      ...credentialHeaders(signing),
      ...headers,
    },
    body: text,
  })
}

/** `GET` of an issuer's health, or of another path. */
export function get(signing: Signing = {}): Request {
  const targetUri = PUBLIC_URL + (signing.path ?? issuerPath(signing.issuer ?? 'default'))
  const message: SignedMessage = {
    method: 'GET',
    targetUri,
    protocolVersion: PROTOCOL_VERSION,
    ...credentialPart(signing),
    ...signing.message,
  }
  return new Request(targetUri, {
    headers: {
      [PROTOCOL_HEADER]: PROTOCOL_VERSION,
      ...credentialHeaders(signing),
      ...signatureHeaders(message, signing),
    },
  })
}

const credentialPart = ({ credential }: Signing): Pick<SignedMessage, 'credential'> =>
  credential === undefined ? {} : { credential }

const credentialHeaders = ({ credential }: Signing): Record<string, string> =>
  credential === undefined
    ? {}
    : {
        [CLIENT_HEADER]: credential.client,
        [KEY_HEADER]: credential.publicKey,
        [TOKEN_HEADER]: credential.token,
      }

/** A request of any method and any of the profile's parts; `body` is sent with its digest. */
export function signed(
  message: Pick<SignedMessage, 'method' | 'precondition' | 'credential'>,
  signing: Signing & { readonly body?: string } = {},
): Request {
  const { body } = signing
  const targetUri = PUBLIC_URL + (signing.path ?? issuerPath(signing.issuer ?? 'default'))
  const whole: SignedMessage = {
    ...message,
    targetUri,
    protocolVersion: PROTOCOL_VERSION,
    ...(body === undefined
      ? {}
      : {
          body: {
            contentDigest: contentDigest(createHash('sha256').update(body).digest()),
            idempotencyKey: crypto.randomUUID(),
          },
        }),
    ...signing.message,
  }
  return new Request(targetUri, {
    method: message.method,
    headers: { ...coveredHeaders(whole), ...signatureHeaders(whole, signing) },
    ...(body === undefined ? {} : { body }),
  })
}

/** The same request with some headers replaced. */
export function withHeaders(request: Request, headers: Readonly<Record<string, string>>): Request {
  const changed = new Request(request)
  for (const [name, value] of Object.entries(headers)) changed.headers.set(name, value)
  return changed
}

/** The same request with one header changed by its own value. */
export const edit = (request: Request, name: string, change: (value: string) => string): Request =>
  withHeaders(request, { [name]: change(request.headers.get(name) ?? '') })

/** The same request with one header sent twice. */
export function doubled(request: Request, name: string): Request {
  const twice = new Request(request)
  twice.headers.append(name, request.headers.get(name) ?? '')
  return twice
}

/** The headers of a POST with another body. */
export const withBody = (request: Request, body: string): Request =>
  new Request(request.url, { method: 'POST', headers: request.headers, body })

/** The same request at another address. */
export const at = (request: Request, url: string): Request => new Request(url, request)

function signatureHeaders(message: SignedMessage, signing: Signing): Record<string, string> {
  const { key = keyOf('cluster-1'), nowMs = Date.now() } = signing
  const createdSeconds = Math.floor(nowMs / 1000)
  const parameters: SignatureParameters = {
    createdSeconds,
    expiresSeconds: createdSeconds + 60,
    nonce: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url'),
    keyId: key.keyId,
    ...signing.parameters,
  }
  const base = Buffer.from(signatureBase(message, parameters))
  return {
    'signature-input': signatureInput(message, parameters),
    signature: signatureHeader(sign(null, base, key.privateKey)),
  }
}
