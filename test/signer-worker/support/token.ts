/**
 * Requests with a ServiceAccount token, and clients that may send them.
 * @module
 */
import { createPublicKey } from 'node:crypto'
import { type TokenCredential, tokenAudience } from '@edge-issuer/shared'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import {
  type ClusterKey,
  makeClusterKey,
  makeToken,
  type TokenChanges,
} from '../../support/cluster-token.ts'
import { PUBLIC_URL } from '../../support/worker-fixture.ts'
import { aRegisteredClient } from './directory.ts'
import { type SigningKey, signingKey } from './fixture.ts'
import { get } from './signed.ts'

/** Who signs with a token, and what for. */
export interface TokenSigner {
  readonly client: string
  /** The relay's own key. */
  readonly key: SigningKey
  /** The API server's. */
  readonly cluster: ClusterKey
  readonly nowMs?: number
}

export const CLUSTER_ISSUER = 'https://kubernetes.default.svc.cluster.local'
const RELAY_SUBJECT = 'system:serviceaccount:edge-issuer:edge-issuer-relay'

/** The credential of a request; only {@link TokenChanges} make its token a bad one. */
export function credentialOf(
  { client, key, cluster, nowMs = Date.now() }: TokenSigner,
  changes: TokenChanges = {},
): TokenCredential {
  const { x = '' } = createPublicKey(key.privateKey).export({ format: 'jwk' })
  const audience = tokenAudience(PUBLIC_URL, key.keyId)
  const contents = { issuer: CLUSTER_ISSUER, subject: RELAY_SUBJECT, audience, nowMs }
  return { client, publicKey: x, token: makeToken(cluster, contents, changes) }
}

/** Asks for health with a token. */
export const tokenGet = (signer: TokenSigner, changes: TokenChanges = {}): Request =>
  get({ key: signer.key, credential: credentialOf(signer, changes) })

/** A client without a registered key, put into the directory that the worker uses. */
export async function aTokenClient(
  changes: Readonly<Record<string, unknown>> = {},
): Promise<TokenSigner> {
  const cluster = makeClusterKey('ES256', 'a')
  const identity = {
    issuer: CLUSTER_ISSUER,
    subjects: [RELAY_SUBJECT],
    jwks: { keys: [cluster.jwk] },
    ...changes,
  }
  const { name } = await aRegisteredClient(undefined, { keys: [], identity })
  return { client: name, key: signingKey(makeKey('Ed25519').privateKey), cluster }
}
