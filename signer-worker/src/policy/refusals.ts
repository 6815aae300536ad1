/**
 * Refusals out of faults. A request is nearly always without any, and then nothing is made.
 *
 * @module
 */
import type { Refusal, RefusalCode } from '@edge-issuer/shared'

const NONE: readonly Refusal[] = []

/** @returns A refusal for each fault that there is, with the words of the fault. */
export function refuseEach(
  code: RefusalCode,
  faults: readonly (string | undefined)[],
  words: (fault: string) => string = (fault) => fault,
): readonly Refusal[] {
  let refusals: Refusal[] | undefined
  for (const fault of faults) {
    if (fault !== undefined) (refusals ??= []).push({ code, detail: words(fault) })
  }
  return refusals ?? NONE
}

/** @returns What several judges found, one after the other. */
export const joinRefusals = (...judged: readonly (readonly Refusal[])[]): readonly Refusal[] =>
  judged.every((refusals) => refusals.length === 0) ? NONE : judged.flat()
