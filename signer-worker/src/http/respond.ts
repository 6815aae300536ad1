/**
 * Makes every response of the worker.
 *
 * @module
 */
import {
  type AuditPage,
  type CertificateDetail,
  type CertificatesPage,
  type ClientRecord,
  type ClientsPage,
  type ExportPage,
  type HealthAnswer,
  JSON_CONTENT_TYPE,
  type JwksPushAnswer,
  METRICS_CONTENT_TYPE,
  PROBLEM_CONTENT_TYPE,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  REFUSALS,
  type Refusal,
  type RefusalsPage,
  REQUEST_ID_HEADER,
  type SignAnswer,
  versionTag,
} from '@edge-issuer/shared'
import type { LedgerRefusal } from '../ledger/messages.ts'
import { detailOf, firstOf } from '../model/refusals.ts'
import { type AppContext, addLogFields } from './context.ts'
import { type ProblemExtras, toProblem } from './problem.ts'

/** No cache keeps an answer, and no browser makes anything of it (OWASP REST Security Cheat Sheet). */
const CONSTANT_HEADERS = {
  [PROTOCOL_HEADER]: PROTOCOL_VERSION,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
} as const

/** Bodies of successful responses. */
export type Answer =
  | SignAnswer
  | HealthAnswer
  | JwksPushAnswer
  | CertificatesPage
  | CertificateDetail
  | ExportPage
  | RefusalsPage
  | ClientsPage
  | AuditPage

/** Responds with success. */
export const answer = (c: AppContext, status: 200 | 201, body: Answer): Response =>
  respond(c, JSON.stringify(body), { status, headers: { 'content-type': JSON_CONTENT_TYPE } })

/** Responds with a client; its version is the entity tag (RFC 9110 §8.8.3). */
export const answerClient = (c: AppContext, status: 200 | 201, client: ClientRecord): Response =>
  respond(c, JSON.stringify(client), {
    status,
    headers: { 'content-type': JSON_CONTENT_TYPE, etag: versionTag(client.version) },
  })

/** Responds with metrics in the Prometheus text format. */
export const answerMetrics = (c: AppContext, text: string): Response =>
  respond(c, text, { status: 200, headers: { 'content-type': METRICS_CONTENT_TYPE } })

/** Members that only some refusals have. */
export interface RefusalExtras extends ProblemExtras {
  /** `Allow` (RFC 9110 §10.2.1), for `method_not_allowed`. */
  readonly allow?: string
}

/** Responds with a refusal. */
export const refuse = (c: AppContext, refusal: Refusal, extras: RefusalExtras = {}): Response =>
  refuseForAll(c, { refusals: [refusal] }, extras)

/**
 * Responds with all refusals of a request; the code of the first one decides.
 *
 * @param reason - Only logged, where the detail is constant.
 */
export function refuseForAll(
  c: AppContext,
  { refusals, reason }: LedgerRefusal,
  extras: RefusalExtras = {},
): Response {
  const { allow, ...members } = extras
  const { code, retryAfterSeconds } = firstOf(refusals)
  addLogFields(c, {
    outcome: code,
    reason: reason ?? c.get('logFields').reason ?? detailOf(refusals),
  })
  return respond(c, JSON.stringify(toProblem(refusals, members)), {
    status: REFUSALS[code].status,
    headers: {
      'content-type': PROBLEM_CONTENT_TYPE,
      ...(allow === undefined ? {} : { allow }),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  })
}

interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

function respond(c: AppContext, body: string, { status, headers }: Head): Response {
  return new Response(body, {
    status,
    headers: { ...CONSTANT_HEADERS, [REQUEST_ID_HEADER]: c.get('requestId'), ...headers },
  })
}
