import { quoteList } from '../text.ts'
/**
 * Values of a request against the rules of its client.
 *
 * @module
 */
import type { RuleTable } from './client-policy.ts'
import { matchesAny } from './pattern.ts'

/** A value, and the rules that are for its kind. */
export interface RuledValue<Kind extends string> {
  readonly kind: Kind
  readonly text: string
}

/**
 * @param otherwise - The member that a rule for this kind would stand under, when there is none.
 * @returns What is wrong with a value, to go on after it; `undefined` when nothing is.
 */
export function ruleFault<Kind extends string>(
  { byKind }: RuleTable<Kind>,
  { kind, text }: RuledValue<Kind>,
  otherwise: string,
): string | undefined {
  const rule = byKind.get(kind)
  if (rule !== undefined && matchesAny(rule.patterns, text)) return undefined
  const { member = otherwise, patterns } = rule ?? {}
  return `matches none of this client's ${member}: ${quoteList(patterns?.texts ?? [])}`
}

/** @returns A fault for each kind that is required, and that no value of the request is of. */
export function absentFaults<Kind extends string>(
  { byKind, required }: RuleTable<Kind>,
  hasKind: (kind: Kind) => boolean,
): readonly string[] {
  return required
    .filter((kind) => !hasKind(kind))
    .map((kind) => {
      const { member = kind, patterns } = byKind.get(kind) ?? {}
      return `this client's ${member} is required, and the request has none; add one that matches ${quoteList(patterns?.texts ?? [])}`
    })
}
