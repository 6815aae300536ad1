/**
 * Every answer of the worker, good or bad, is made here.
 *
 * @module
 */
import {
  type HealthAnswer,
  JSON_CONTENT_TYPE,
  PROBLEM_CONTENT_TYPE,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  REFUSALS,
  type Refusal,
  REQUEST_ID_HEADER,
  type SignAnswer,
} from '@edge-issuer/shared'
import { type AppContext, note } from './context.ts'
import { type ProblemExtras, toProblem } from './problem.ts'

/** No cache keeps an answer, and no browser makes anything of it (OWASP REST Security Cheat Sheet). */
const CONSTANT_HEADERS = {
  [PROTOCOL_HEADER]: PROTOCOL_VERSION,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
} as const

/** Answers with what was asked for. */
export const answer = (
  c: AppContext,
  status: 200 | 201,
  body: SignAnswer | HealthAnswer,
): Response => respond(c, body, { status, headers: { 'content-type': JSON_CONTENT_TYPE } })

/** What only some refusals have. */
export interface RefusalExtras extends ProblemExtras {
  /** `Allow` (RFC 9110 §10.2.1), for `method_not_allowed`. */
  readonly allow?: string
}

/** Ends the request with a refusal. */
export function refuse(c: AppContext, refusal: Refusal, extras: RefusalExtras = {}): Response {
  const { allow, ...members } = extras
  note(c, { outcome: refusal.code })
  return respond(c, toProblem(refusal, members), {
    status: REFUSALS[refusal.code].status,
    headers: { 'content-type': PROBLEM_CONTENT_TYPE, ...(allow === undefined ? {} : { allow }) },
  })
}

interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

function respond(c: AppContext, body: object, { status, headers }: Head): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...CONSTANT_HEADERS, [REQUEST_ID_HEADER]: c.get('requestId'), ...headers },
  })
}
