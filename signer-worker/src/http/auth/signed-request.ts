/**
 * Reads what a request says about its signature, and refuses what is not authentic. The body is read here, once,
 * as bytes; no earlier middleware may read it.
 *
 * @module
 */
import {
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
import { toRfc3339 } from '../../model/rfc3339.ts'
import { type AppContext, addLogFields } from '../context.ts'
import { pathAndQuery } from '../request-target.ts'
import { refuse } from '../respond.ts'
import { readBody } from './read-body.ts'
import {
  type CredentialError,
  type ReadRequest,
  readRequest,
  type ReceivedRequest,
} from './verify.ts'

/** The detail of every rejection; the reason is only logged. */
const REJECTED =
  "the request is not signed by a registered key for this URL; the worker's log has the reason under the request id"

/** @returns What is to be verified; or the answer that refuses it. */
export async function readSigned(
  c: AppContext,
  nowMs: () => number,
): Promise<ReadRequest | Response> {
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

/** @returns `undefined` without any of the three headers; otherwise those that are missing are empty. */
function readCredential(c: AppContext): TokenCredential | undefined {
  const headers = [CLIENT_HEADER, KEY_HEADER, TOKEN_HEADER].map((name) => c.req.header(name))
  if (headers.every((value) => value === undefined)) return undefined
  const [client = '', publicKey = '', token = ''] = headers
  return { client, publicKey, token }
}

/** Refuses a request that is not authentic; the reason is only logged. */
export function reject(c: AppContext, error: CredentialError, nowMs: number): Response {
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
