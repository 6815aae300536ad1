/**
 * A refusal on the wire: RFC 9457 `application/problem+json`.
 *
 * @module
 */
import {
  type Problem,
  PROBLEM_CONTENT_TYPE,
  REFUSALS,
  type Refusal,
  type RefusalCode,
} from '@edge-issuer/shared'

/** Longest `detail`, in characters: it ends up in a condition's message, for people. */
const MAX_DETAIL_CHARACTERS = 1024

/** Members and headers that only some refusals have. */
export interface ProblemExtras {
  /** RFC 3339; the worker's clock, for `clock_skew`. */
  readonly serverTime?: string
  /** `Allow` (RFC 9110 §10.2.1), for `method_not_allowed`. */
  readonly allow?: string
}

/** The name of a kind of problem (RFC 9457 §3.1.1): a tag URI (RFC 4151), not an address. */
const problemType = (code: RefusalCode): string => `tag:edge-issuer.dev,2026:refusal:${code}`

/** @returns The response for `refusal`; class, status and title are those of the refusal table. */
export function problemResponse(refusal: Refusal, extras: ProblemExtras = {}): Response {
  const { code, detail } = refusal
  const { class: refusalClass, status, title } = REFUSALS[code]
  const { allow, ...members } = extras
  const problem: Problem = {
    type: problemType(code),
    title,
    status,
    code,
    class: refusalClass,
    detail: detail.slice(0, MAX_DETAIL_CHARACTERS),
    ...members,
  }
  return Response.json(problem, {
    status,
    headers: {
      'content-type': PROBLEM_CONTENT_TYPE,
      ...(allow === undefined ? {} : { allow }),
    },
  })
}

/** Several refusals of one request as one: the first one's code, and what all of them say. */
export function mergeRefusals(refusals: readonly Refusal[]): Refusal {
  const [first] = refusals
  if (first === undefined) throw new Error('a request was refused without a reason')
  return { code: first.code, detail: refusals.map(({ detail }) => detail).join('; ') }
}
