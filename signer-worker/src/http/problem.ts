/**
 * A refusal on the wire: RFC 9457 `application/problem+json`.
 *
 * @module
 */
import { type Problem, REFUSALS, type Refusal } from '@edge-issuer/shared'
import { detailOf, firstOf } from '../model/refusals.ts'

/** Longest `detail`, in characters: it ends up in a condition's message, for people. */
const MAX_DETAIL_CHARACTERS = 1024

/** Maximum of entries in `errors`; `detail` has the text of as many as fit. */
const MAX_ERRORS = 32

/** Members that only some refusals have. */
export type ProblemExtras = Pick<Problem, 'serverTime'>

/**
 * @returns The problem document of all the reasons against one request: the code of the first one, what
 *   each of them says, and each by itself when there are several. Class, status and title are those of
 *   the refusal table, the type (RFC 9457 §3.1.1) is a tag URI (RFC 4151), not an address.
 */
export function toProblem(refusals: readonly Refusal[], extras: ProblemExtras = {}): Problem {
  const { code, retryAfterSeconds } = firstOf(refusals)
  const { class: refusalClass, status, title } = REFUSALS[code]
  return {
    type: `tag:edge-issuer.dev,2026:refusal:${code}`,
    title,
    status,
    code,
    class: refusalClass,
    detail: detailOf(refusals).slice(0, MAX_DETAIL_CHARACTERS),
    ...(hasErrors(refusals) ? { errors: refusals.slice(0, MAX_ERRORS).map(toError) } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds }),
    ...extras,
  }
}

/** A single reason is in the other members, except for what only an entry of `errors` can say. */
const hasErrors = (refusals: readonly Refusal[]): boolean =>
  refusals.length > 1 ||
  refusals.some(({ field, parseError }) => field !== undefined || parseError !== undefined)

const toError = ({
  code,
  field,
  parseError,
  detail,
}: Refusal): NonNullable<Problem['errors']>[number] => ({
  code,
  ...(field === undefined ? {} : { field }),
  ...(parseError === undefined ? {} : { fault: parseError }),
  detail: detail.slice(0, MAX_DETAIL_CHARACTERS),
})
