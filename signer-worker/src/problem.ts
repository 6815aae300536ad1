/**
 * A refusal on the wire: RFC 9457 `application/problem+json`.
 *
 * @module
 */
import { type Problem, REFUSALS, type Refusal } from '@edge-issuer/shared'

/** Longest `detail`, in characters: it ends up in a condition's message, for people. */
const MAX_DETAIL_CHARACTERS = 1024

/** Members that only some refusals have. */
export type ProblemExtras = Pick<Problem, 'serverTime'>

/**
 * @returns The problem document of `refusal`; class, status and title are those of the refusal table,
 *   the type (RFC 9457 §3.1.1) is a tag URI (RFC 4151), not an address.
 */
export function toProblem({ code, detail }: Refusal, extras: ProblemExtras = {}): Problem {
  const { class: refusalClass, status, title } = REFUSALS[code]
  return {
    type: `tag:edge-issuer.dev,2026:refusal:${code}`,
    title,
    status,
    code,
    class: refusalClass,
    detail: detail.slice(0, MAX_DETAIL_CHARACTERS),
    ...extras,
  }
}

/** Several refusals of one request as one: the first one's code, and what all of them say. */
export function mergeRefusals(refusals: readonly Refusal[]): Refusal {
  const [first] = refusals
  if (first === undefined) throw new Error('a request was refused without a reason')
  return { code: first.code, detail: refusals.map(({ detail }) => detail).join('; ') }
}
