/**
 * HTTP requests of a client, signed and ready to be sent by anything that speaks HTTP: for tests and
 * benchmarks that the relay's own client would hide too much from.
 * @module
 */
import { createHash, createPublicKey, randomBytes, randomUUID } from 'node:crypto'
import {
  canonicalEd25519Jwk,
  certificatesPath,
  contentDigest,
  IDEMPOTENCY_KEY_HEADER,
  IF_MATCH_HEADER,
  IF_NONE_MATCH_HEADER,
  JSON_CONTENT_TYPE,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  SIGNATURE_LIFETIME_SECONDS,
  signatureBase,
  signatureHeader,
  signatureInput,
  type SignedMessage,
  type SignRequest,
  versionTag,
} from '@edge-issuer/shared'
import { type KeyPair, signWith } from '../pki/x509.ts'

/** Who signs, and for which worker. */
export interface Signer {
  /** Ed25519. */
  readonly key: KeyPair
  /** RFC 7638 thumbprint of the key: {@link keyIdOf}. */
  readonly keyId: string
  /** The worker's own, whatever address it is reached at. */
  readonly publicUrl: string
}

/** A request for `fetch` or a socket. */
export interface SignedRequest {
  readonly method: SignedMessage['method']
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** The thumbprint under which the worker knows an Ed25519 key. */
export function keyIdOf({ privateKey }: KeyPair): string {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return createHash('sha256').update(canonicalEd25519Jwk(x)).digest('base64url')
}

/** Asks for a certificate. Good for {@link SIGNATURE_LIFETIME_SECONDS}. */
export function signedPost(signer: Signer, issuer: string, request: SignRequest): SignedRequest {
  const body = JSON.stringify(request)
  const digest = contentDigest(createHash('sha256').update(body).digest())
  const idempotencyKey = request.origin.uid
  const path = certificatesPath(issuer)
  return {
    method: 'POST',
    path,
    headers: {
      ...signatureHeaders(signer, {
        method: 'POST',
        targetUri: signer.publicUrl + path,
        protocolVersion: PROTOCOL_VERSION,
        body: { contentDigest: digest, idempotencyKey },
      }),
      'content-type': JSON_CONTENT_TYPE,
      'content-digest': digest,
      [IDEMPOTENCY_KEY_HEADER]: idempotencyKey,
    },
    body,
  }
}

/** What replaces what is at a path. */
export interface Put {
  readonly path: string
  readonly body: object
  /** The version that is replaced; absent to create. */
  readonly version?: number
}

/** Asks to write. */
export function signedPut(signer: Signer, { path, body: json, version }: Put): SignedRequest {
  const body = JSON.stringify(json)
  const digest = contentDigest(createHash('sha256').update(body).digest())
  const idempotencyKey = randomUUID()
  const precondition =
    version === undefined
      ? ({ header: IF_NONE_MATCH_HEADER, value: '*' } as const)
      : ({ header: IF_MATCH_HEADER, value: versionTag(version) } as const)
  const signed = signatureHeaders(signer, {
    method: 'PUT',
    targetUri: signer.publicUrl + path,
    protocolVersion: PROTOCOL_VERSION,
    body: { contentDigest: digest, idempotencyKey },
    precondition,
  })
  return {
    method: 'PUT',
    path,
    headers: {
      ...signed,
      'content-type': JSON_CONTENT_TYPE,
      'content-digest': digest,
      [IDEMPOTENCY_KEY_HEADER]: idempotencyKey,
      [precondition.header]: precondition.value,
    },
    body,
  }
}

/** Asks for what is at a path. */
export function signedGet(signer: Signer, path: string): SignedRequest {
  const headers = signatureHeaders(signer, {
    method: 'GET',
    targetUri: signer.publicUrl + path,
    protocolVersion: PROTOCOL_VERSION,
  })
  return { method: 'GET', path, headers }
}

function signatureHeaders(signer: Signer, message: SignedMessage): Record<string, string> {
  const createdSeconds = Math.floor(Date.now() / 1000)
  const parameters = {
    createdSeconds,
    expiresSeconds: createdSeconds + SIGNATURE_LIFETIME_SECONDS,
    nonce: randomBytes(16).toString('base64url'),
    keyId: signer.keyId,
  }
  const base = Buffer.from(signatureBase(message, parameters))
  return {
    [PROTOCOL_HEADER]: PROTOCOL_VERSION,
    'signature-input': signatureInput(message, parameters),
    signature: signatureHeader(signWith(signer.key, base)),
  }
}
