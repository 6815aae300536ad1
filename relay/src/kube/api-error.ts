import { z } from 'zod'
import { oneLine } from '../api/one-line.ts'

/** Results of calls that did not succeed; each says what may be done about it. */
export const API_ERROR_KINDS = [
  /** 404: no such object, or no such resource. */
  'not-found',
  /** 409: the resourceVersion is not current, or the name is taken. */
  'conflict',
  /** 403: RBAC or admission says no. */
  'forbidden',
  /** 401: the credentials are not accepted. */
  'unauthorized',
  /** 410: the resourceVersion or continue token is too old; list again. */
  'gone',
  /** Any other 4xx: the request itself is wrong, and will stay so. */
  'invalid',
  /** 429: too much at once; see `retryAfterMs`. */
  'throttled',
  /** 5xx, a lost or silent connection, or an answer that makes no sense: try again. */
  'unavailable',
] as const

export type ApiErrorKind = (typeof API_ERROR_KINDS)[number]

/** A refusal of the API server, or the failure to reach it. */
export interface ApiError {
  readonly kind: ApiErrorKind
  /** HTTP status, or the code of a Status object; absent when there was no answer. */
  readonly status?: number
  /** The API server's own messages where there are any; one line of at most 1,024 characters. */
  readonly message: string
  /** At most a minute. */
  readonly retryAfterMs?: number
  /** Nothing can be written to the namespace because it is being deleted, or is gone. */
  readonly isNamespaceTerminating?: true
}

const MAX_MESSAGE_LENGTH = 1_024
/** The API server asks for seconds. A proxy before it may ask for a day, which would stop watches for too long. */
const MAX_RETRY_AFTER_MS = 60_000

/** The parts of a `v1.Status` that are read; what is not as it should be counts as absent. */
const statusSchema = z.object({
  code: z.int().optional().catch(undefined),
  message: z.string().catch(''),
  details: z
    .object({
      kind: z.string().optional().catch(undefined),
      retryAfterSeconds: z.number().optional().catch(undefined),
      causes: z.array(z.object({ reason: z.string().default('') })).catch([]),
    })
    .optional()
    .catch(undefined),
})

/** An HTTP answer that is not a success. */
export interface Refusal {
  readonly status: number
  /** Decoded JSON, or anything else when the answer came from something in between. */
  readonly body: unknown
  /** The header as it came. */
  readonly retryAfter?: string
}

/** Names the refusal in an HTTP answer. */
export function refusalError({ status, body, retryAfter }: Refusal): ApiError {
  const parsed = statusSchema.safeParse(body)
  const message = parsed.success ? parsed.data.message : ''
  const seconds = retryAfterSeconds(retryAfter) ?? parsed.data?.details?.retryAfterSeconds
  return {
    kind: kindOf(status),
    status,
    message: oneLine(
      message === '' ? `the API server answered HTTP ${status}` : message,
      MAX_MESSAGE_LENGTH,
    ),
    ...(seconds === undefined
      ? {}
      : { retryAfterMs: Math.min(Math.max(seconds, 0) * 1_000, MAX_RETRY_AFTER_MS) }),
    ...(endsWithItsNamespace(status, parsed.data?.details) ? { isNamespaceTerminating: true } : {}),
  }
}

/** A cause of the admission plugin NamespaceLifecycle (k8s.io/api core/v1 NamespaceTerminatingCause). */
const TERMINATING_CAUSE = 'NamespaceTerminating'

const endsWithItsNamespace = (
  status: number,
  details: z.infer<typeof statusSchema>['details'],
): boolean =>
  (status === 403 && details?.causes.some(({ reason }) => reason === TERMINATING_CAUSE) === true) ||
  (status === 404 && details?.kind === 'namespaces')

/** Reads the error of a `v1.Status`, as in an ERROR event of a watch. */
export function statusError(body: unknown): ApiError {
  const parsed = statusSchema.safeParse(body)
  return refusalError({ status: parsed.data?.code ?? 500, body })
}

/** Names what was thrown while sending or reading: a lost network, the reason of a signal, an answer cut short. */
export function thrownError(thrown: unknown): ApiError {
  return { kind: 'unavailable', message: oneLine(describe(thrown), MAX_MESSAGE_LENGTH) }
}

function kindOf(status: number): ApiErrorKind {
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'not-found'
    case 408:
      return 'unavailable'
    case 409:
      return 'conflict'
    case 410:
      return 'gone'
    case 429:
      return 'throttled'
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'unavailable'
  }
}

/** Seconds only: the API server sends no dates (RFC 9110 §10.2.3 allows both). */
function retryAfterSeconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/u.test(header) ? Number(header) : undefined
}

/** Several addresses tried give one error each and no message of their own: the first one speaks. */
function describe(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return describe(thrown.errors[0])
  return thrown instanceof Error ? thrown.message : String(thrown)
}
