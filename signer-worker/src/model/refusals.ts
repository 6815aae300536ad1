/**
 * Lists of refusals.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'

/** @returns The refusal whose code decides: the first one. @throws For an empty list: that is a bug. */
export function firstOf([first]: readonly Refusal[]): Refusal {
  if (first === undefined) throw new Error('a request was refused without a reason')
  return first
}

/** @returns The details of all refusals, in one text. */
export const detailOf = (refusals: readonly Refusal[]): string =>
  refusals.map(({ detail }) => detail).join('; ')
