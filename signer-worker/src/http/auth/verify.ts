/**
 * Verifies that a registered client signed a request: RFC 9421 and RFC 9530 in the closed profile of
 * `@edge-issuer/shared`. Pure: the time is a parameter.
 *
 * Everything that is compared or verified is rebuilt from our own values (the public URL, the bytes
 * of the body) and from headers of the one spelling that the profile has for them.
 *
 * @module
 */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import {
  checkSignatureWindow,
  checkTokenCredential,
  contentDigest,
  err,
  isPrecondition,
  JSON_CONTENT_TYPE,
  ok,
  type Precondition,
  readSignature,
  type Result,
  signatureBase,
  type SignatureParameters,
  type SignedMessage,
  type SignedMethod,
  type TokenCredential,
  uidSchema,
  type SignatureWindowError,
} from '@edge-issuer/shared'
import type { RegisteredKey } from '../../config/config.ts'
import type { Evidence } from '../../model/evidence.ts'

/** A request as it arrived. A header that is absent is the empty text, which no check accepts. */
export interface ReceivedRequest {
  /** `other` for those that the profile cannot sign. */
  readonly method: SignedMethod | 'other'
  /** The public origin, then path and query as they arrived. */
  readonly targetUri: string
  readonly protocolVersion: string
  readonly signatureInput: string
  readonly signature: string
  /** Of POST and PUT. */
  readonly content?: {
    readonly body: Uint8Array
    readonly type: string
    readonly digest: string
    readonly idempotencyKey: string
  }
  /** Of PUT and DELETE; `undefined` unless exactly one was sent. */
  readonly precondition?: Precondition | undefined
  /** Absent when none of its headers was sent. */
  readonly credential?: TokenCredential | undefined
}

/** Who asked, and the evidence for it. */
export interface Identity<Holder> {
  readonly holder: Holder
  readonly evidence: Evidence
  /** `kid` of the key that signed the token of the request; absent for a registered key. */
  readonly tokenKeyId?: string
}

/** Why a request is not authentic; for the log only. */
export type CredentialError =
  | { readonly kind: 'signature_unreadable' }
  | { readonly kind: 'method_not_signed' }
  | { readonly kind: 'content_type_not_signed' }
  | { readonly kind: 'digest_mismatch' }
  | { readonly kind: 'idempotency_key_malformed' }
  | { readonly kind: 'precondition_malformed' }
  | { readonly kind: 'token_not_accepted' }
  | { readonly kind: 'client_malformed' }
  | { readonly kind: 'key_malformed' }
  | { readonly kind: 'token_malformed' }
  | { readonly kind: 'token_too_long' }
  | { readonly kind: 'key_mismatch' }
  | { readonly kind: 'client_unknown'; readonly keyId: string }
  | { readonly kind: 'token_algorithm_not_allowed'; readonly keyId: string }
  | { readonly kind: 'token_key_unknown'; readonly keyId: string }
  | { readonly kind: 'token_key_mismatch'; readonly keyId: string }
  | { readonly kind: 'token_signature_invalid'; readonly keyId: string }
  | { readonly kind: 'token_issuer_mismatch'; readonly keyId: string }
  | { readonly kind: 'token_audience_mismatch'; readonly keyId: string }
  | { readonly kind: 'token_subject_not_registered'; readonly keyId: string }
  | { readonly kind: 'token_expired'; readonly keyId: string }
  | { readonly kind: 'token_not_yet_valid'; readonly keyId: string }
  | { readonly kind: 'token_lifetime_too_long'; readonly keyId: string }
  | { readonly kind: 'key_unknown'; readonly keyId: string }
  | { readonly kind: 'lookup_limit'; readonly keyId: string }
  | { readonly kind: 'client_entry_invalid'; readonly keyId: string }
  | { readonly kind: 'client_disabled'; readonly keyId: string }
  | { readonly kind: 'client_in_quarantine'; readonly keyId: string }
  | { readonly kind: 'signature_invalid'; readonly keyId: string }
  | { readonly kind: 'key_not_valid_now'; readonly keyId: string }
  | { readonly kind: 'clock_skew'; readonly keyId: string; readonly window: SignatureWindowError }

/** A request whose signature can be verified as soon as its key is known. */
export interface ReadRequest {
  /** Present if the key is not registered, and comes with the request. */
  readonly credential: TokenCredential | undefined
  /** RFC 9421 §2.5: what was signed. */
  readonly base: string
  readonly parameters: SignatureParameters
  readonly signature: Uint8Array
}

/** Checks the digest and the form of everything that is signed. */
export function readRequest(request: ReceivedRequest): Result<ReadRequest, CredentialError> {
  const { method } = request
  if (method === 'other') return err({ kind: 'method_not_signed' })
  const message = signedMessage(method, request)
  if (!message.ok) return message
  const read = readSignature(message.value, request)
  if (read === undefined) return err({ kind: 'signature_unreadable' })
  const { credential } = message.value
  return ok({ ...read, credential, base: signatureBase(message.value, read.parameters) })
}

/**
 * Checks the signature, the key's time and the signature's time, in this order: only the holder of a key
 * learns that the clocks differ.
 *
 * @param key - That of the request's key id; `undefined` for one that no holder has.
 */
export function verifySignature<Holder>(
  read: ReadRequest,
  key: RegisteredKey<Holder> | undefined,
  nowMs: number,
): Result<Identity<Holder>, CredentialError> {
  if (read.credential !== undefined) return err({ kind: 'token_not_accepted' })
  const { keyId } = read.parameters
  // An unknown key costs the same work as a known one, so that timing does not distinguish them.
  const isSigned = isSignedBy(read, key?.key ?? decoyKey())
  if (key === undefined) return err({ kind: 'key_unknown', keyId })
  if (!isSigned) return err({ kind: 'signature_invalid', keyId })
  if (nowMs < key.notBeforeMs || nowMs > key.notAfterMs) {
    return err({ kind: 'key_not_valid_now', keyId })
  }
  return identify(read, key.holder, nowMs)
}

/** Whether the holder of a key signed a request. */
export const isSignedBy = ({ base, signature }: ReadRequest, key: KeyObject): boolean =>
  verify(null, Buffer.from(base), key, signature)

/** The last step, for a request whose signature was verified: checks its time. */
export function identify<Holder>(
  { base, parameters, signature, credential }: ReadRequest,
  holder: Holder,
  nowMs: number,
): Result<Identity<Holder>, CredentialError> {
  const { keyId, nonce } = parameters
  const window = checkSignatureWindow(parameters, nowMs)
  if (!window.ok) return err({ kind: 'clock_skew', keyId, window: window.error })
  const evidence = { keyId, nonce, signatureBase: base, signature }
  return ok({
    holder,
    evidence: credential === undefined ? evidence : { ...evidence, token: credential.token },
  })
}

/** The message as it arrived: what is sent decides what the signature must cover. */
function signedMessage(
  method: SignedMethod,
  { targetUri, protocolVersion, content, ...headers }: ReceivedRequest,
): Result<SignedMessage, CredentialError> {
  const parts = optionalParts(method, headers)
  if (!parts.ok) return parts
  const message = { method, targetUri, protocolVersion, ...parts.value }
  if (content === undefined) return ok(message)
  const body = signedBody(content)
  return body.ok ? ok({ ...message, body: body.value }) : body
}

function optionalParts(
  method: SignedMethod,
  { precondition, credential }: Pick<ReceivedRequest, 'credential' | 'precondition'>,
): Result<Pick<SignedMessage, 'credential' | 'precondition'>, CredentialError> {
  const checked = credential === undefined ? ok(undefined) : checkTokenCredential(credential)
  if (!checked.ok) return err({ kind: checked.error })
  const parts = credential === undefined ? {} : { credential }
  if (method === 'GET' || method === 'POST') return ok(parts)
  return precondition !== undefined && isPrecondition(precondition)
    ? ok({ ...parts, precondition })
    : err({ kind: 'precondition_malformed' })
}

function signedBody({
  body,
  type,
  digest,
  idempotencyKey,
}: NonNullable<ReceivedRequest['content']>): Result<
  NonNullable<SignedMessage['body']>,
  CredentialError
> {
  // What is covered is the one type of the profile: another one was not signed.
  if (type !== JSON_CONTENT_TYPE) return err({ kind: 'content_type_not_signed' })
  if (digest !== contentDigest(hash('sha256', body, 'buffer'))) {
    return err({ kind: 'digest_mismatch' })
  }
  if (!uidSchema.safeParse(idempotencyKey).success) {
    return err({ kind: 'idempotency_key_malformed' })
  }
  return ok({ contentDigest: digest, idempotencyKey })
}

/** The public key of RFC 8032 §7.1 test 1. Its signatures verify and are refused all the same. */
const DECOY_JWK = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
let decoy: KeyObject | undefined

/** Made at first use: a Worker does no cryptography while it starts. */
function decoyKey(): KeyObject {
  decoy ??= createPublicKey({ key: DECOY_JWK, format: 'jwk' })
  return decoy
}
