import { der } from '@edge-issuer/shared/x509'
import type { Subtree, SubtreeKind } from './subtree.ts'

/** The limits on every name below a CA (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly Subtree[]
  readonly excluded: readonly Subtree[]
}

/** Tags of the four kinds in GeneralName (RFC 5280 §4.2.1.6): context-specific and primitive. */
const GENERAL_NAME_TAGS = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const

/** Tags of the two lists, which replace the tag of a SEQUENCE (IMPLICIT). */
const PERMITTED_SUBTREES = 0xa0
const EXCLUDED_SUBTREES = 0xa1

/**
 * The extension's value in DER.
 *
 * @returns `undefined` without constraints: RFC 5280 forbids an empty sequence.
 */
export function encodeNameConstraints(constraints: NameConstraints): Uint8Array | undefined {
  const lists = [
    ...encodeSubtrees(PERMITTED_SUBTREES, constraints.permitted),
    ...encodeSubtrees(EXCLUDED_SUBTREES, constraints.excluded),
  ]
  return lists.length === 0 ? undefined : der.encode(der.sequence(...lists))
}

/**
 * Kinds of names without a constraint. A constraint applies to its own kind only: a CA that is limited to
 * example.com may still certify any IP address unless addresses are limited too.
 */
export function unlimitedKinds({ permitted }: NameConstraints): readonly SubtreeKind[] {
  const limited = new Set(permitted.map(({ kind }) => kind))
  const kinds: readonly SubtreeKind[] = ['dns', 'ip', 'email', 'uri']
  return kinds.filter((kind) => !limited.has(kind))
}

/** GeneralSubtrees; each minimum has its default value and is omitted. */
function encodeSubtrees(tag: number, subtrees: readonly Subtree[]): readonly der.Element[] {
  if (subtrees.length === 0) return []
  const encoded = subtrees.map(({ kind, bytes }) =>
    der.sequence(der.element(GENERAL_NAME_TAGS[kind], bytes)),
  )
  return [der.element(tag, ...encoded)]
}
