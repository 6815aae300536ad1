import type { Subtree, SubtreeKind } from './subtree.ts'

/** The limits on every name below a CA (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly Subtree[]
  readonly excluded: readonly Subtree[]
}

/** Tags of the four kinds in GeneralName (RFC 5280 §4.2.1.6): context-specific and primitive. */
const GENERAL_NAME_TAGS = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const

const SEQUENCE = 0x30
const PERMITTED_SUBTREES = 0xa0
const EXCLUDED_SUBTREES = 0xa1

/**
 * The extension's value in DER.
 *
 * @returns `undefined` when nothing is limited: RFC 5280 forbids an empty sequence.
 */
export function encodeNameConstraints(constraints: NameConstraints): Uint8Array | undefined {
  const { permitted, excluded } = constraints
  if (permitted.length + excluded.length === 0) return undefined
  return element(SEQUENCE, [
    ...(permitted.length === 0 ? [] : [element(PERMITTED_SUBTREES, permitted.map(encodeSubtree))]),
    ...(excluded.length === 0 ? [] : [element(EXCLUDED_SUBTREES, excluded.map(encodeSubtree))]),
  ])
}

/**
 * The kinds of name that stay free. A constraint speaks of its own kind only: a CA that is limited
 * to example.com may still certify any address unless addresses are limited too.
 */
export function unlimitedKinds({ permitted }: NameConstraints): readonly SubtreeKind[] {
  const limited = new Set(permitted.map(({ kind }) => kind))
  const kinds: readonly SubtreeKind[] = ['dns', 'ip', 'email', 'uri']
  return kinds.filter((kind) => !limited.has(kind))
}

/** GeneralSubtree; its minimum is the default and so left out, as DER demands. */
const encodeSubtree = ({ kind, octets }: Subtree): Uint8Array =>
  element(SEQUENCE, [element(GENERAL_NAME_TAGS[kind], [octets])])

/** One DER element (X.690 §8.1, §10.1), definite length in its shortest form. */
function element(tag: number, contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, { length: part }) => sum + part, 0)
  const lengthOctets = []
  for (let rest = length; rest > 0; rest >>= 8) lengthOctets.unshift(rest & 0xff)
  const header = length < 128 ? [length] : [0x80 | lengthOctets.length, ...lengthOctets]
  return Uint8Array.from([tag, ...header, ...contents.flatMap((content) => [...content])])
}
