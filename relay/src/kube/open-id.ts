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

/** Makes the reader. */
export function createOpenIdReader(call: Call): OpenIdReader {
  const read = async (path: string, signal: AbortSignal): Promise<Result<unknown, ApiError>> =>
    call({ method: 'GET', path }, signal)
  return {
    readOpenIdConfiguration: async (signal) => read(CONFIGURATION_PATH, signal),
    readTokenKeys: async (signal) => read(TOKEN_KEYS_PATH, signal),
  }
}
