/**
 * Verifies that a ServiceAccount of a registered client signed a request, with a key that its token is bound to. The
 * key comes with the request; the token says that it is the ServiceAccount's.
 *
 * @module
 */
import { err, ok, type Result, type TokenCredential, tokenAudience } from '@edge-issuer/shared'
import { type Client, readPublicKeyJwk } from '../../config/exports.ts'
import type { ClientLookup } from '../../directory/client-cache.ts'
import type { KnownClient } from '../../directory/known-client.ts'
import type { FindTokenKey } from '../../identity/token-keys.ts'
import { verifyToken } from '../../identity/verify-token.ts'
import {
  type CredentialError,
  identify,
  type Identity,
  isSignedBy,
  type ReadRequest,
} from './verify.ts'

/** What a request is verified against. */
export interface TokenRequestPorts {
  /** Finds a client by its name. */
  readonly lookup: (name: string) => Promise<ClientLookup>
  /** Finds the keys of a client. */
  readonly findKey: (known: KnownClient) => FindTokenKey
  /** The base of every path, as clients sign it. */
  readonly publicUrl: string
  /** Epoch ms. */
  readonly nowMs: number
}

/** Why a request is not authentic, or could not be verified. */
export type TokenRequestError =
  | CredentialError
  | { readonly kind: 'unavailable'; readonly reason: string }

/**
 * Checks the key, the signature, the token, whether the client is in service, and the signature's time, in this order.
 * Only the holder of a key makes the worker look for a client.
 */
export async function verifyTokenRequest(
  read: ReadRequest,
  credential: TokenCredential,
  ports: TokenRequestPorts,
): Promise<Result<Identity<Client>, TokenRequestError>> {
  const key = readPublicKeyJwk(credential.publicKey)
  if (!key.ok) return err({ kind: 'key_malformed' })
  const { keyId } = key.value
  if (keyId !== read.parameters.keyId) return err({ kind: 'key_mismatch' })
  if (!isSignedBy(read, key.value.key)) return err({ kind: 'signature_invalid', keyId })

  const found = await ports.lookup(credential.client)
  if (found.kind === 'unavailable') return err(found)
  if (found.kind === 'unknown') return err({ kind: found.reason, keyId })
  const { known } = found
  const { identity, block, client } = known
  if (identity === undefined) return err({ kind: 'token_not_accepted' })
  const { publicUrl, nowMs } = ports
  const token = await verifyToken(
    credential.token,
    {
      issuer: identity.issuer,
      subjects: identity.subjects,
      audience: tokenAudience(publicUrl, keyId),
      findKey: ports.findKey(known),
    },
    nowMs,
  )
  if (!token.ok) {
    return token.error === 'keys_unavailable'
      ? err({ kind: 'unavailable', reason: token.error })
      : err({ kind: token.error, keyId })
  }
  if (block !== undefined) return err({ kind: block, keyId })
  const identified = identify(read, client, nowMs)
  if (!identified.ok) return identified
  return ok({ ...identified.value, tokenKeyId: token.value.keyId })
}
