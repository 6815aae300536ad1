/**
 * What an API server publishes about the tokens of its ServiceAccounts (OpenID Connect Discovery 1.0).
 *
 * @module
 */
import type { Result } from '@edge-issuer/shared'
import type { ApiError } from './api-error.ts'
import type { Call } from './transport.ts'

/** Reads what the API server publishes about the tokens of its ServiceAccounts. */
export interface OpenIdReader {
  /** @returns The OpenID configuration, not yet checked. */
  readOpenIdConfiguration(signal: AbortSignal): Promise<Result<unknown, ApiError>>
  /** @returns The public keys of tokens as a JSON Web Key Set (RFC 7517 §5), not yet checked. */
  readTokenKeys(signal: AbortSignal): Promise<Result<unknown, ApiError>>
}

/** Needs the ClusterRole `system:service-account-issuer-discovery`, which Kubernetes binds to all ServiceAccounts. */
const CONFIGURATION_PATH = '/.well-known/openid-configuration'
const TOKEN_KEYS_PATH = '/openid/v1/jwks'

/** The API server answers 406 to any other media type (RFC 7517 §8.5.2). */
const JWK_SET_TYPE = 'application/jwk-set+json'

/** Makes the reader. */
export const createOpenIdReader = (call: Call): OpenIdReader => ({
  readOpenIdConfiguration: async (signal) =>
    call({ method: 'GET', path: CONFIGURATION_PATH }, signal),
  readTokenKeys: async (signal) =>
    call({ method: 'GET', path: TOKEN_KEYS_PATH, accept: JWK_SET_TYPE }, signal),
})
