/**
 * Middleware: only a request that a known client, or admin, signed goes on. Its body is read here, once, as
 * octets; no step before this one may read it.
 *
 * @module
 */
import {
  type AdminRole,
  IDEMPOTENCY_KEY_HEADER,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_REQUEST_BODY_BYTES,
  PROTOCOL_HEADER,
} from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { RegisteredKey } from '../../config/index.ts'
import { toRfc3339 } from '../../model/rfc3339.ts'
import { type AppContext, type AppEnv, addLogFields } from '../context.ts'
import { pathAndQuery } from '../request-target.ts'
import { refuse } from '../respond.ts'
import { readBody } from './read-body.ts'
import {
  type CredentialError,
  type Identity,
  type ReceivedRequest,
  verifyRequest,
} from './verify.ts'

/** What every rejected request is told; the reason goes to the log. */
const REJECTED =
  'no key of this worker signed this request, as it arrived and for this URL; the log of the worker has the reason under the request id'

/**
 * Refuses with `request_too_large`, `credentials_rejected` or `clock_skew`; leaves `identity`, and
 * for POST `body`.
 *
 * @param nowMs - The clock, epoch ms.
 */
export function authenticate(nowMs: () => number): MiddlewareHandler<AppEnv> {
  return async function authenticateClient(c, next) {
    const verified = await identify(c, c.get('config').clientKeys, nowMs)
    if (verified instanceof Response) return verified
    addLogFields(c, { client: verified.holder.name })
    c.set('identity', verified)
    return next()
  }
}

/**
 * The same for a key of an admin, who is only noted. Refuses with `role_missing` as well.
 *
 * @param role - The least that the admin must have.
 */
export function authenticateAdmin(nowMs: () => number, role: AdminRole): MiddlewareHandler<AppEnv> {
  return async function authenticateRequest(c, next) {
    const verified = await identify(c, c.get('config').adminKeys, nowMs)
    if (verified instanceof Response) return verified
    const { holder } = verified
    addLogFields(c, { admin: holder.name })
    if (role === 'admin' && holder.role !== 'admin') {
      const detail = `admin "${holder.name}" has the role ${holder.role}, and this needs ${role}; the worker's operator can change it`
      return refuse(c, { code: 'role_missing', detail })
    }
    c.set('adminRole', holder.role)
    return next()
  }
}

/** @returns Who signed the request; or the answer that refuses it. */
async function identify<Holder>(
  c: AppContext,
  keys: ReadonlyMap<string, RegisteredKey<Holder>>,
  nowMs: () => number,
): Promise<Identity<Holder> | Response> {
  const received = await receive(c)
  if (received === undefined) {
    const detail = `the body has more than ${String(MAX_REQUEST_BODY_BYTES)} octets`
    return refuse(c, { code: 'request_too_large', detail })
  }
  const now = nowMs()
  const verified = verifyRequest(received, keys, now)
  if (!verified.ok) return reject(c, verified.error, now)
  addLogFields(c, { keyId: verified.value.evidence.keyId })
  return verified.value
}

/** @returns `undefined` for a body over the limit. */
async function receive(c: AppContext): Promise<ReceivedRequest | undefined> {
  const header = (name: string): string => c.req.header(name) ?? ''
  const head = {
    // Behind a route or a proxy, scheme and host of the socket are not those that the client signed.
    targetUri: c.get('config').publicUrl.origin + pathAndQuery(c.req.url),
    protocolVersion: header(PROTOCOL_HEADER),
    signatureInput: header('signature-input'),
    signature: header('signature'),
  }
  const { method } = c.req
  if (method !== 'POST') return { ...head, method: method === 'GET' ? method : 'other' }
  const body = await readBody(c.req.raw, MAX_REQUEST_BODY_BYTES)
  if (body === undefined) return undefined
  c.set('body', body)
  return {
    ...head,
    method: 'POST',
    content: {
      body,
      type: header('content-type'),
      digest: header('content-digest'),
      idempotencyKey: header(IDEMPOTENCY_KEY_HEADER),
    },
  }
}

function reject(c: AppContext, fault: CredentialError, nowMs: number): Response {
  const keyId = 'keyId' in fault ? { keyId: fault.keyId } : {}
  if (fault.kind !== 'clock_skew') {
    addLogFields(c, { ...keyId, reason: fault.kind })
    return refuse(c, { code: 'credentials_rejected', detail: REJECTED })
  }
  addLogFields(c, { ...keyId, reason: fault.fault })
  const serverTime = toRfc3339(nowMs)
  const detail =
    `the signature's time is more than ${String(MAX_CLOCK_SKEW_SECONDS)} seconds away from ` +
    `the worker's, ${serverTime}; set the clocks right`
  return refuse(c, { code: 'clock_skew', detail }, { serverTime })
}
