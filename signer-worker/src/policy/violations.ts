/**
 * From violations to the refusals that a client gets.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import { describeViolation, type Finding, type Violation } from './messages.ts'

/** @returns Those that were found, in order. */
export const found = <T>(...checks: readonly (T | undefined)[]): readonly T[] =>
  checks.filter((check) => check !== undefined)

/** @returns A function that makes a violation of each finding about one member of a request. */
export const violationOf =
  (at: Omit<Violation, keyof Finding>) =>
  (finding: Finding): Violation => ({ ...finding, ...at })

/** @returns The refusal of a violation. */
export const toRefusal = (violation: Violation): Refusal => {
  const { code, field, parseError } = violation
  return {
    code,
    field,
    ...(parseError === undefined ? {} : { parseError }),
    detail: describeViolation(violation),
  }
}
