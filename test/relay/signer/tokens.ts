/**
 * Tokens as an API server makes them, without a signature that anything here verifies.
 *
 * @module
 */
import { ok, type Result } from '@edge-issuer/shared'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { Caller, Kube, TokenRequest, TokenRequester } from '../../../relay/src/kube/ports.ts'

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** @returns A token that differs from others by `name`, signed by the API server's key `kid`. */
export const aToken = (name: string, kid = 'old', lifetimeSeconds = 3_600): string =>
  `${encode({ alg: 'RS256', kid })}.${encode({ iat: 1_000, exp: 1_000 + lifetimeSeconds, jti: name })}.c2ln`

/** The relay's ServiceAccount in a Pod. */
export const OWN_CALLER: Caller = {
  username: 'system:serviceaccount:edge-issuer:edge-issuer-relay',
  uid: 'u',
  groups: ['system:serviceaccounts'],
  extra: {
    'authentication.kubernetes.io/pod-name': ['relay-0'],
    'authentication.kubernetes.io/pod-uid': ['0f0f'],
  },
}

/** What a test may set; the rest succeeds. */
export interface TokenServerOptions {
  readonly token?: (request: TokenRequest) => Promise<Result<string, ApiError>>
  readonly caller?: () => Result<Caller, ApiError>
  readonly keys?: () => Result<unknown, ApiError>
}

/** An API server that grants tokens, and keeps what it was asked for. */
export interface TokenServer extends TokenRequester, Pick<Kube, 'readTokenKeys'> {
  readonly requests: readonly TokenRequest[]
}

export function aTokenServer(options: TokenServerOptions = {}): TokenServer {
  const requests: TokenRequest[] = []
  const { caller = () => ok(OWN_CALLER), keys = () => ok({ keys: [aPublicKey('old')] }) } = options
  return {
    requests,
    requestToken: async (request) => {
      requests.push(request)
      return options.token?.(request) ?? Promise.resolve(ok(aToken(String(requests.length))))
    },
    whoAmI: async () => Promise.resolve(caller()),
    readTokenKeys: async () => Promise.resolve(keys()),
  }
}

/** @returns A JSON Web Key; the relay does not check its numbers. */
export const aPublicKey = (kid: string): object => ({
  kty: 'RSA',
  use: 'sig',
  alg: 'RS256',
  kid,
  n: 'AQ',
  e: 'AQAB',
})
