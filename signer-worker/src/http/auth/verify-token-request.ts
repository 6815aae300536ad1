/**
 * Verifies that a ServiceAccount of a registered client signed a request, with a key that its token is bound to. The
 * key comes with the request; the token says that it is the ServiceAccount's.
 *
 * @module
 */
import {
  checkSignatureWindow,
  err,
  ok,
  type Refusal,
  type Result,
  tokenAudience,
} from '@edge-issuer/shared'
import { type Client, readPublicKeyJwk } from '../../config/exports.ts'
import type { FindTokenKey } from '../../identity/token-keys.ts'
import { verifyToken } from '../../identity/verify-token.ts'
import {
  type CredentialError,
  type Identity,
  isSignedWith,
  readSigned,
  type ReceivedRequest,
} from './verify.ts'

/** Whose tokens a client's are. */
export interface TokenIdentity {
  /** `iss`, compared as text. It selects no client: many clusters have the same. */
  readonly issuer: string
  /** `system:serviceaccount:NAMESPACE:NAME` of each. */
  readonly subjects: readonly string[]
  readonly findKey: FindTokenKey
}

/** A client that may sign with tokens, if it has an identity. */
export interface TokenClient {
  readonly client: Client
  readonly identity: TokenIdentity | undefined
}

/** @returns `undefined` for a name that no client has, and for a client that is out of service. */
export type LookupTokenClient = (name: string) => Promise<Result<TokenClient | undefined, Refusal>>

/** What a request is verified against. */
export interface TokenRequestPorts {
  readonly lookup: LookupTokenClient
  /** The base of every path, as clients sign it. */
  readonly publicUrl: string
  readonly nowMs: number
}

/** Why a request has no identity. */
export type TokenRequestError =
  | CredentialError
  | { readonly kind: 'unavailable'; readonly refusal: Refusal }

/**
 * Checks the key, the signature, the token, and the signature's time, in this order. Only the holder of a key makes
 * the worker look for a client.
 */
export async function verifyTokenRequest(
  request: ReceivedRequest,
  { lookup, publicUrl, nowMs }: TokenRequestPorts,
): Promise<Result<Identity<Client>, TokenRequestError>> {
  const signed = readSigned(request)
  if (!signed.ok) return signed
  const { message, parameters, evidence } = signed.value
  const { credential } = message
  if (credential === undefined) return err({ kind: 'signature_unreadable' })
  const key = readPublicKeyJwk(credential.publicKey)
  if (!key.ok) return err({ kind: 'key_malformed' })
  const { keyId } = key.value
  if (keyId !== parameters.keyId) return err({ kind: 'key_mismatch' })
  if (!isSignedWith(key.value.key, evidence)) return err({ kind: 'signature_invalid', keyId })

  const found = await lookup(credential.client)
  if (!found.ok) return err({ kind: 'unavailable', refusal: found.error })
  if (found.value === undefined) return err({ kind: 'client_unknown', keyId })
  const { client, identity } = found.value
  if (identity === undefined) return err({ kind: 'token_not_accepted' })
  const audience = tokenAudience(publicUrl, keyId)
  const token = await verifyToken(credential.token, { ...identity, audience }, nowMs)
  if (!token.ok) return err({ kind: token.error, keyId })
  const window = checkSignatureWindow(parameters, nowMs)
  if (!window.ok) return err({ kind: 'clock_skew', keyId, window: window.error })
  return ok({ holder: client, evidence })
}
