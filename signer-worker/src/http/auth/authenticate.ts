/**
 * Middleware: passes only requests that a registered client, or admin, signed. The body is read here, once, as
 * bytes; no earlier middleware may read it.
 *
 * @module
 */
import {
  type AdminRole,
  CLIENT_HEADER,
  IDEMPOTENCY_KEY_HEADER,
  KEY_HEADER,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_REQUEST_BODY_BYTES,
  type Precondition,
  PRECONDITION_HEADERS,
  PROTOCOL_HEADER,
  type SignedMethod,
  TOKEN_HEADER,
  type TokenCredential,
} from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { Client, RegisteredKey } from '../../config/exports.ts'
import type { ClientCache } from '../../directory/client-cache.ts'
import { DIRECTORY_UNAVAILABLE } from '../../directory/client.ts'
import type { TokenKeyFinder } from '../../directory/token-key-finder.ts'
import { toRfc3339 } from '../../model/rfc3339.ts'
import { type AppContext, type AppEnv, addLogFields } from '../context.ts'
import { pathAndQuery } from '../request-target.ts'
import { refuse, refuseForAll } from '../respond.ts'
import { readBody } from './read-body.ts'
import { verifyTokenRequest } from './verify-token-request.ts'
import {
  type CredentialError,
  type ReadRequest,
  readRequest,
  type ReceivedRequest,
  verifySignature,
} from './verify.ts'

/** The detail of every rejection; the reason is only logged. */
const REJECTED =
  "the request is not signed by a registered key for this URL; the worker's log has the reason under the request id"

/** What authentication needs. */
export interface AuthenticateDependencies {
  readonly clients: ClientCache
  readonly tokenKeys: TokenKeyFinder
  /** The clock, epoch ms. */
  readonly nowMs: () => number
}

/**
 * Passes requests of clients. Refuses with `request_too_large`, `credentials_rejected`, `clock_skew` or
 * `directory_unavailable`; leaves `identity`, and for POST and PUT `body`.
 */
export function authenticate(dependencies: AuthenticateDependencies): MiddlewareHandler<AppEnv> {
  const { clients, nowMs } = dependencies
  return async function authenticateClient(c, next) {
    const read = await readSigned(c, nowMs)
    if (read instanceof Response) return read
    if (read.credential !== undefined) {
      const refused = await acceptToken(c, { read, credential: read.credential, dependencies })
      return refused ?? next()
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
    return next()
  }
}

interface TokenRequest {
  readonly read: ReadRequest
  readonly credential: TokenCredential
  readonly dependencies: AuthenticateDependencies
}

/** @returns The answer that refuses the request; `undefined` when it is authentic. */
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

/**
 * Passes requests of admins, which only the configuration names. Refuses with `request_too_large`,
 * `credentials_rejected`, `clock_skew` or `role_missing`; leaves `admin`, and for POST and PUT `body`.
 *
 * @param roleFor - The least role for a method.
 */
export function authenticateAdmin(
  nowMs: () => number,
  roleFor: (method: string) => AdminRole,
): MiddlewareHandler<AppEnv> {
  return async function authenticateRequest(c, next) {
    const read = await readSigned(c, nowMs)
    if (read instanceof Response) return read
    const key = c.get('config').adminKeys.get(read.parameters.keyId)
    const verified = verifySignature(read, key, nowMs())
    if (!verified.ok) return reject(c, verified.error, nowMs())
    const { holder, evidence } = verified.value
    addLogFields(c, { admin: holder.name, keyId: evidence.keyId })
    const role = roleFor(c.req.method)
    if (role === 'admin' && holder.role !== 'admin') {
      const detail = `admin "${holder.name}" has the role ${holder.role}; this request requires the role ${role}, which the worker's operator can grant`
      return refuse(c, { code: 'role_missing', detail })
    }
    c.set('admin', verified.value)
    return next()
  }
}

/** @returns What is to be verified; or the answer that refuses it. */
async function readSigned(c: AppContext, nowMs: () => number): Promise<ReadRequest | Response> {
  const received = await receive(c)
  if (received === undefined) {
    const detail = `the body exceeds the maximum of ${String(MAX_REQUEST_BODY_BYTES)} bytes`
    return refuse(c, { code: 'request_too_large', detail })
  }
  const read = readRequest(received)
  return read.ok ? read.value : reject(c, read.error, nowMs())
}

/** @returns `undefined` for a body over the limit. */
async function receive(c: AppContext): Promise<ReceivedRequest | undefined> {
  const header = (name: string): string => c.req.header(name) ?? ''
  const { method } = c.req
  const head = {
    method: isSignedMethod(method) ? method : 'other',
    // Behind a route or a proxy, scheme and host of the socket are not those that the client signed.
    targetUri: c.get('config').publicUrl.origin + pathAndQuery(c.req.url),
    protocolVersion: header(PROTOCOL_HEADER),
    signatureInput: header('signature-input'),
    signature: header('signature'),
    precondition: readPrecondition(c),
    credential: readCredential(c),
  } as const
  if (method !== 'POST' && method !== 'PUT') return head
  const body = await readBody(c.req.raw, MAX_REQUEST_BODY_BYTES)
  if (body === undefined) return undefined
  c.set('body', body)
  return {
    ...head,
    content: {
      body,
      type: header('content-type'),
      digest: header('content-digest'),
      idempotencyKey: header(IDEMPOTENCY_KEY_HEADER),
    },
  }
}

const isSignedMethod = (method: string): method is SignedMethod =>
  ['GET', 'POST', 'PUT', 'DELETE'].includes(method)

/** @returns `undefined` unless exactly one was sent. */
function readPrecondition(c: AppContext): Precondition | undefined {
  const [first, ...others] = PRECONDITION_HEADERS.flatMap((header) => {
    const value = c.req.header(header)
    return value === undefined ? [] : [{ header, value }]
  })
  return others.length === 0 ? first : undefined
}

/** @returns `undefined` if none of the three headers was sent; those that are missing are empty. */
function readCredential(c: AppContext): TokenCredential | undefined {
  const headers = [CLIENT_HEADER, KEY_HEADER, TOKEN_HEADER].map((name) => c.req.header(name))
  if (headers.every((value) => value === undefined)) return undefined
  const [client = '', publicKey = '', token = ''] = headers
  return { client, publicKey, token }
}

function reject(c: AppContext, error: CredentialError, nowMs: number): Response {
  const keyId = 'keyId' in error ? { keyId: error.keyId } : {}
  if (error.kind !== 'clock_skew') {
    addLogFields(c, { ...keyId, reason: error.kind })
    return refuse(c, { code: 'credentials_rejected', detail: REJECTED })
  }
  addLogFields(c, { ...keyId, reason: error.window })
  const serverTime = toRfc3339(nowMs)
  const detail =
    `the signature's time differs by more than ${String(MAX_CLOCK_SKEW_SECONDS)} seconds from ` +
    `the worker's, ${serverTime}; synchronize the clocks`
  return refuse(c, { code: 'clock_skew', detail }, { serverTime })
}
