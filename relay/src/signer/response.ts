/**
 * Reads the response to a call: a value, or an error. Pure.
 *
 * Only a worker's own refusal is final. The status of a proxy on the way (no protocol header, no problem document)
 * never fails a request: it is temporary, or an error of the issuer.
 *
 * @module
 */
import {
  checkProtocolVersion,
  err,
  isRefusalCode,
  ok,
  type Problem,
  problemSchema,
  PROTOCOL_HEADER,
  refusalClass,
  type Result,
} from '@edge-issuer/shared'
import { oneLine } from '../api/one-line.ts'
import type { SignerError } from '../api/signer-error.ts'
import { requestIdOf, withRequestId } from './request-id.ts'
import type { HttpResponse } from './transport.ts'

/** Statuses that mean "retry later", from a worker or a proxy (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4). */
const LATER_STATUSES: ReadonlySet<number> = new Set([408, 425, 429])

/** What polling waits when a 202 names no time, in milliseconds. */
const DEFAULT_PENDING_MS = 5_000

/**
 * Longest wait that an answer may ask for, in milliseconds. A worker counts by the minute, so more comes
 * from something before it; and within the default of --max-retry-duration there must be several attempts.
 */
const MAX_RETRY_AFTER_MS = 600_000

/** Longest text of a worker, or of a server in its place, that is shown to users. */
const MAX_MESSAGE_CHARACTERS = 1_024

/** The one thing that is needed of a zod schema. */
export interface ResponseSchema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false
        /** What is wrong with a body of the right shape; otherwise the text is constant. */
        readonly problem?: string | undefined
      }
}

/** The worker that was called, and the key that signed the request. */
interface WorkerIdentity {
  /** Whom messages name: the worker's origin. */
  readonly origin: string
  /** The key that signed the request, for the operator to compare. */
  readonly keyId: string
  /** The client that the request named, if it was signed under a ServiceAccount token. */
  readonly client?: string | undefined
}

/** How to read a response. */
export interface ReadOptions<T> extends WorkerIdentity {
  readonly schema: ResponseSchema<T>
}

/** The value of an answer, and under which id the worker logged the request. */
export interface ReadResponse<T> {
  readonly value: T
  readonly requestId?: string
}

/** @returns The value of a 200 or 201 answer, or the error of any other. */
export function readResponse<T>(
  answer: HttpResponse,
  reading: ReadOptions<T>,
): Result<ReadResponse<T>, SignerError> {
  const text = readTextResponse(answer, reading)
  if (!text.ok) return text
  const parsed = reading.schema.safeParse(parseJson(text.value))
  if (parsed.success) {
    const requestId = requestIdOf(answer.header)
    return ok({ value: parsed.data, ...(requestId === undefined ? {} : { requestId }) })
  }
  const problem = parsed.problem ?? 'the body does not match the protocol'
  return err(withRequestId(malformed(reading.origin, 'temporary', problem), answer.header))
}

/** @returns The body of a 200 or 201 answer as it is, or the error of any other. */
export function readTextResponse(
  answer: HttpResponse,
  reading: WorkerIdentity,
): Result<string, SignerError> {
  const retryAfterMs = readRetryAfter(answer.header('retry-after'))
  const found = readError(answer, reading)
  if (found !== undefined) {
    const short = { ...found, message: oneLine(found.message, MAX_MESSAGE_CHARACTERS) }
    const error = withRequestId(short, answer.header)
    return err(retryAfterMs === undefined ? error : { retryAfterMs, ...error })
  }
  if (answer.status === 202) {
    const message = `the worker at ${reading.origin} is still processing the request`
    const waitMs = retryAfterMs ?? DEFAULT_PENDING_MS
    const pending = { code: 'answer_pending', message, retryAfterMs: waitMs } as const
    return err(withRequestId({ class: 'pending', ...pending }, answer.header))
  }
  return ok(answer.body)
}

function readError(answer: HttpResponse, reading: WorkerIdentity): SignerError | undefined {
  const { origin } = reading
  const theirVersion = answer.header(PROTOCOL_HEADER)
  if (theirVersion === null) return notAWorker(origin, answer.status)
  const isRefusal = answer.status >= 300
  const problem = isRefusal ? problemSchema.safeParse(parseJson(answer.body)) : undefined
  if (problem?.success === true) return refusalError(problem.data, reading)
  const spoken = checkProtocolVersion(theirVersion)
  if (!spoken.ok) {
    const message = `worker at ${origin}: ${spoken.error}; upgrade the older of relay and worker`
    return { class: 'issuer', code: 'protocol_mismatch', message }
  }
  if (!isRefusal) return undefined
  return malformed(
    origin,
    'temporary',
    `status ${String(answer.status)} without a problem document`,
  )
}

/** The response is not from a worker: a proxy, a login page, another server. */
function notAWorker(origin: string, status: number): SignerError {
  const isLater = status >= 500 || LATER_STATUSES.has(status)
  const found = `status ${String(status)} from something that is not an edge-issuer worker; check the url`
  return isLater
    ? { ...malformed(origin, 'temporary', found), code: 'gateway_error' }
    : malformed(origin, 'issuer', found)
}

function refusalError(problem: Problem, { origin, keyId, client }: WorkerIdentity): SignerError {
  const { code, detail, serverTime, retryAfter } = problem
  const hints = [
    ...(code === 'credentials_rejected' ? [signedWith(keyId, client)] : []),
    ...(serverTime === undefined ? [] : [`its clock says ${serverTime}`]),
  ]
  return {
    class: isRefusalCode(code) ? refusalClass(code) : problem.class,
    code,
    message: `worker at ${origin} refused (${code}): ${[detail, ...hints].join('; ')}`,
    ...(retryAfter === undefined ? {} : { retryAfterMs: boundedMs(retryAfter) }),
  }
}

const signedWith = (keyId: string, client: string | undefined): string =>
  client === undefined
    ? `the request was signed with key ${keyId}`
    : `the request named client "${client}" and had a ServiceAccount token; register the cluster with edge-issuer clients add ${client} --from-cluster, and see the worker's log for the check that failed`

function malformed(origin: string, errorClass: SignerError['class'], found: string): SignerError {
  return {
    class: errorClass,
    code: 'answer_malformed',
    message: `unusable response from ${origin}: ${found}`,
  }
}

/** A date (RFC 9110 §10.2.3) is ignored: it needs this side's clock to be right. */
function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? boundedMs(Number(header)) : undefined
}

const boundedMs = (seconds: number): number => Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
