/**
 * Values of a request against the rules of its client.
 *
 * @module
 */
import type { Finding } from '../messages.ts'
import type { RuleTable } from './client-policy.ts'
import { matchesAny } from './pattern.ts'

/** A value, and the kind of value by which its rules are found. */
export interface RuledValue<Kind extends string> {
  readonly kind: Kind
  readonly text: string
}

/**
 * @param otherwise - The member under which a rule for this kind would be, when there is none.
 * @returns The rule that a value breaks.
 */
export function checkPatternRule<Kind extends string>(
  { byKind }: RuleTable<Kind>,
  { kind, text }: RuledValue<Kind>,
  otherwise: string,
): Finding | undefined {
  const { member = otherwise, patterns } = byKind.get(kind) ?? {}
  return patterns !== undefined && matchesAny(patterns, text)
    ? undefined
    : { kind: 'no_pattern_matches', rule: member, expected: patterns?.texts ?? [] }
}

/** @returns A finding for each kind that is required and of which the request has no value. */
export const missingRequired = <Kind extends string>(
  { byKind, required }: RuleTable<Kind>,
  hasKind: (kind: Kind) => boolean,
): readonly Finding[] =>
  required
    .filter((kind) => !hasKind(kind))
    .map((kind) => ({
      kind: 'required_missing',
      rule: byKind.get(kind)?.member ?? kind,
      expected: byKind.get(kind)?.patterns.texts ?? [],
    }))
