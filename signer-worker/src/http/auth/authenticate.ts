/**
 * Middleware: passes only requests that a registered client, or an admin, signed.
 *
 * @module
 */
import type { AdminRole, TokenCredential } from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { Client, RegisteredKey } from '../../config/exports.ts'
import type { ClientCache } from '../../directory/client-cache.ts'
import { DIRECTORY_UNAVAILABLE } from '../../directory/client.ts'
import type { TokenKeyFinder } from '../../directory/token-key-finder.ts'
import { type AppContext, type AppEnv, addLogFields } from '../context.ts'
import { refuse, refuseForAll } from '../respond.ts'
import { readSigned, reject } from './signed-request.ts'
import { verifyTokenRequest } from './verify-token-request.ts'
import { type CredentialError, type ReadRequest, verifySignature } from './verify.ts'

/** What authentication needs. */
export interface AuthenticateDependencies {
  readonly clients: ClientCache
  readonly tokenKeys: TokenKeyFinder
  /** The clock, epoch ms. */
  readonly nowMs: () => number
}

/** @returns The answer that refuses the request; `undefined` when it is authentic. */
type Accept = (
  c: AppContext,
  read: ReadRequest,
) => Response | undefined | Promise<Response | undefined>

/** Reads a request, and passes it if it is accepted. */
function signedFor(nowMs: () => number, accept: Accept): MiddlewareHandler<AppEnv> {
  return async function authenticateRequest(c, next) {
    const read = await readSigned(c, nowMs)
    if (read instanceof Response) return read
    return (await accept(c, read)) ?? next()
  }
}

/**
 * Passes requests of clients. Refuses with `request_too_large`, `credentials_rejected`, `clock_skew` or
 * `directory_unavailable`; leaves `identity`, and for POST and PUT `body`.
 */
export const authenticate = (dependencies: AuthenticateDependencies): MiddlewareHandler<AppEnv> =>
  signedFor(dependencies.nowMs, async (c, read) => acceptClient(c, read, dependencies))

/**
 * Passes requests of admins, which only the configuration names. Refuses with `request_too_large`,
 * `credentials_rejected`, `clock_skew` or `role_missing`; leaves `admin`, and for POST and PUT `body`.
 *
 * @param roleFor - The least role for a method.
 */
export const authenticateAdmin = (
  nowMs: () => number,
  roleFor: (method: string) => AdminRole,
): MiddlewareHandler<AppEnv> =>
  signedFor(nowMs, (c, read) =>
    acceptAdmin(c, read, { role: roleFor(c.req.method), nowMs: nowMs() }),
  )

/** Passes requests of clients and of admins of any role; leaves `isAdmin`, and what each of them leaves. */
export const authenticateEither = (
  dependencies: AuthenticateDependencies,
): MiddlewareHandler<AppEnv> =>
  signedFor(dependencies.nowMs, async (c, read) => {
    const isAdmin = c.get('config').adminKeys.has(read.parameters.keyId)
    c.set('isAdmin', isAdmin)
    return isAdmin
      ? acceptAdmin(c, read, { role: 'read', nowMs: dependencies.nowMs() })
      : acceptClient(c, read, dependencies)
  })

async function acceptClient(
  c: AppContext,
  read: ReadRequest,
  dependencies: AuthenticateDependencies,
): Promise<Response | undefined> {
  const { clients, nowMs } = dependencies
  if (read.credential !== undefined) {
    return acceptToken(c, { read, credential: read.credential, dependencies })
  }
  const found = await findClientKey(c, clients, read.parameters.keyId)
  const verified = verifySignature(read, found.key, nowMs())
  if (found.unavailable !== undefined) {
    return refuseForAll(c, { refusals: [DIRECTORY_UNAVAILABLE], reason: found.unavailable })
  }
  if (!verified.ok) return reject(c, found.error ?? verified.error, nowMs())
  const { holder, evidence } = verified.value
  addLogFields(c, { client: holder.name, keyId: evidence.keyId })
  if (found.error !== undefined) return reject(c, found.error, nowMs())
  c.set('identity', verified.value)
  return undefined
}

function acceptAdmin(
  c: AppContext,
  read: ReadRequest,
  { role, nowMs }: { readonly role: AdminRole; readonly nowMs: number },
): Response | undefined {
  const key = c.get('config').adminKeys.get(read.parameters.keyId)
  const verified = verifySignature(read, key, nowMs)
  if (!verified.ok) return reject(c, verified.error, nowMs)
  const { holder, evidence } = verified.value
  addLogFields(c, { admin: holder.name, keyId: evidence.keyId })
  if (role === 'admin' && holder.role !== 'admin') {
    const detail = `admin "${holder.name}" has the role ${holder.role}; this request requires the role ${role}, which the worker's operator can grant`
    return refuse(c, { code: 'role_missing', detail })
  }
  c.set('admin', verified.value)
  return undefined
}

interface TokenRequest {
  readonly read: ReadRequest
  readonly credential: TokenCredential
  readonly dependencies: AuthenticateDependencies
}

async function acceptToken(
  c: AppContext,
  { read, credential, dependencies }: TokenRequest,
): Promise<Response | undefined> {
  const { clients, tokenKeys } = dependencies
  const config = c.get('config')
  const context = { env: c.env, config }
  const nowMs = dependencies.nowMs()
  const verified = await verifyTokenRequest(read, credential, {
    lookup: async (name) => clients.byName(name, context),
    findKey: (known) => tokenKeys.forClient(known, context),
    publicUrl: config.publicUrl.origin + config.publicUrl.prefix,
    nowMs,
  })
  // Whose name it is was not verified.
  addLogFields(c, { client: credential.client, keyId: read.parameters.keyId })
  if (verified.ok) {
    c.set('identity', verified.value)
    return undefined
  }
  const { error } = verified
  return error.kind === 'unavailable'
    ? refuseForAll(c, { refusals: [DIRECTORY_UNAVAILABLE], reason: error.reason })
    : reject(c, error, nowMs)
}

/** A key that was looked up. */
interface FoundKey {
  readonly key?: RegisteredKey<Client>
  /** Why its requests are refused, once they are verified. */
  readonly error?: CredentialError
  /** Why it could not be looked up. */
  readonly unavailable?: string
}

/** Looks a key up in the directory. */
async function findClientKey(
  c: AppContext,
  clients: ClientCache,
  keyId: string,
): Promise<FoundKey> {
  const found = await clients.byKey(keyId, { env: c.env, config: c.get('config') })
  if (found.kind === 'unavailable') return { unavailable: found.reason }
  if (found.kind === 'unknown') {
    return found.reason === 'client_unknown' ? {} : { error: { kind: found.reason, keyId } }
  }
  const { keys, block } = found.known
  const key = keys.get(keyId)
  if (key === undefined) return {}
  return block === undefined ? { key } : { key, error: { kind: block, keyId } }
}
