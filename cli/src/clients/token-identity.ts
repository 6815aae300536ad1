/**
 * How a client proves its identity with ServiceAccount tokens: the token issuer of its cluster, the keys that
 * verify its tokens, and the ServiceAccounts.
 *
 * @module
 */
import type { ApiError, OpenIdReader } from '@edge-issuer/relay/cluster'
import { err, ok, type Result } from '@edge-issuer/shared'
import {
  formatConfigError,
  type Jwks,
  jwksSchema,
  schemaErrors,
} from '@edge-issuer/signer-worker/config'
import { z } from 'zod'
import type { Failure } from '../command-line/exit-codes.ts'
import type { ValueType } from '../command-line/parameters.ts'

/** The relay's ServiceAccount as the chart and the manifests create it. */
export const RELAY_SUBJECT = 'system:serviceaccount:edge-issuer:edge-issuer-relay'

const SUBJECT_PATTERN = /^system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})$/

/** A ServiceAccount as tokens name it. */
export const SUBJECT: ValueType<string> = {
  placeholder: 'SUBJECT',
  parse: (value) =>
    SUBJECT_PATTERN.test(value)
      ? ok(value)
      : err(`invalid subject "${value}"; expected system:serviceaccount:NAMESPACE:NAME`),
}

/** Namespace and name of a ServiceAccount. */
export interface ServiceAccountName {
  readonly namespace: string
  readonly name: string
}

/** @returns `undefined` for a text that is not a subject. */
export function readSubject(subject: string): ServiceAccountName | undefined {
  const [, namespace, name] = SUBJECT_PATTERN.exec(subject) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

/** OpenID Connect Discovery 1.0 §4.2; the API server adds other members. */
const configurationSchema = z.object({ issuer: z.string().min(1) })

/** @returns The public keys of a JSON Web Key Set, or an error with each violation. */
export function readJwks(document: unknown, from: string): Result<Jwks, string> {
  const parsed = jwksSchema.safeParse(document)
  if (parsed.success) return ok(parsed.data)
  const errors = schemaErrors(parsed.error.issues).map(formatConfigError)
  return err(`${from} is not a set of public keys for tokens:\n${errors.join('\n')}`)
}

/** What a cluster says about its tokens. */
export interface ClusterTokens {
  readonly issuer: string
  readonly jwks: Jwks
}

/** Reads the token issuer and the token keys from the API server. Writes nothing. */
export async function readClusterTokens(
  cluster: OpenIdReader,
  signal: AbortSignal,
): Promise<Result<ClusterTokens, Failure>> {
  const [configuration, keys] = await Promise.all([
    cluster.readOpenIdConfiguration(signal),
    cluster.readTokenKeys(signal),
  ])
  if (!configuration.ok) return err(unreadable(configuration.error))
  if (!keys.ok) return err(unreadable(keys.error))
  const read = configurationSchema.safeParse(configuration.value)
  if (!read.success) return failed('the OpenID configuration of the API server has no issuer')
  const jwks = readJwks(keys.value, 'the response of the API server to /openid/v1/jwks')
  return jwks.ok ? ok({ issuer: read.data.issuer, jwks: jwks.value }) : failed(jwks.error)
}

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

function unreadable({ kind, message }: ApiError): Failure {
  switch (kind) {
    case 'throttled':
    case 'unavailable':
      return { exit: 'temporary', message: `no response from the API server: ${message}` }
    case 'forbidden':
      return {
        exit: 'failed',
        message: `the API server does not let you read its token keys; a cluster admin can, or can bind you the ClusterRole system:service-account-issuer-discovery: ${message}`,
      }
    case 'unauthorized':
      return {
        exit: 'failed',
        message: `the API server rejects the credentials in the kubeconfig: ${message}`,
      }
    case 'not-found':
    case 'conflict':
    case 'gone':
    case 'invalid':
      return { exit: 'failed', message: `the API server rejects the request: ${message}` }
  }
}
