/**
 * Names against the name constraints of the issuing CA (RFC 5280 §4.2.1.10), as verifiers judge them
 * later. What a verifier could not judge is refused.
 *
 * @module
 */
import {
  generalNameToText,
  type GeneralName,
  IPV4_OCTETS,
  IPV6_OCTETS,
  type NameConstraints,
} from '@edge-issuer/shared/x509'
import { compilePatterns, matchesAny } from '../rules/pattern.ts'
import { quoteList } from '../text.ts'
import { isNameWithin, isSubtreeWithin } from './subtree.ts'
import { uriDnsHost } from './uri.ts'

/** Kinds of constraint that are judged; a CA with others cannot be an issuer here. */
export const JUDGED_CONSTRAINTS: ReadonlySet<GeneralName['kind']> = new Set([
  'dns',
  'ip',
  'uri',
  'email',
])

/**
 * @param constraints - Those of every CA in the chain; each must be satisfied.
 * @returns What is wrong with a name, to go on after it; `undefined` when nothing is.
 */
export function constraintFault(
  name: GeneralName,
  constraints: readonly NameConstraints[],
): string | undefined {
  for (const { permitted, excluded } of constraints) {
    const excluder = excluded.find((base) => isExcluded(name, base))
    if (excluder !== undefined) {
      return `is excluded by the issuing CA's name constraint ${quoteList([generalNameToText(excluder)])}`
    }
    const bases = permitted.filter(({ kind }) => kind === name.kind)
    if (bases.length > 0 && !bases.some((base) => isNameWithin(name, base))) {
      return `is outside what the issuing CA's name constraints permit: ${quoteList(bases.map(generalNameToText))}`
    }
  }
  return undefined
}

function isExcluded(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'uri' && base.kind === 'uri' && uriDnsHost(name.value) === undefined) {
    return true
  }
  return isNameWithin(name, base) || canCover(name, base)
}

/**
 * Whether a name with a wildcard stands for names that `base` contains, though as text it is not below
 * it: then it is not harmless. The wildcard may be a part of the label, as common names have it.
 */
function canCover(name: GeneralName, base: GeneralName): boolean {
  if (name.kind !== 'dns' || base.kind !== 'dns' || !name.value.includes('*')) return false
  const labels = name.value.toLowerCase().split('.')
  const wanted = base.value.toLowerCase().split('.')
  // From the right, each label of the base must be one that the label of the name can stand for.
  const shared = Math.min(labels.length, wanted.length)
  const isCovered = wanted
    .slice(wanted.length - shared)
    .every(
      (label, index) => label === '' || labelCovers(labels[labels.length - shared + index], label),
    )
  return isCovered && wanted.slice(0, wanted.length - shared).every((label) => label === '')
}

/** Whether a label with `*` for any characters can stand for another. */
const labelCovers = (pattern = '', label: string): boolean =>
  matchesAny(compilePatterns([pattern]), label)

/**
 * @param base - A permitted subtree that a CA certificate asks for.
 * @param constraints - Those of every CA above it.
 * @returns What is wrong with it, to go on after it: it promises names that no verifier would accept.
 */
export function subtreeFault(
  base: GeneralName,
  constraints: readonly NameConstraints[],
): string | undefined {
  for (const { permitted, excluded } of constraints) {
    const excluder = excluded.find((outer) => isSubtreeWithin(base, outer))
    if (excluder !== undefined) {
      return `is excluded by the issuing CA's name constraint ${quoteList([generalNameToText(excluder)])}`
    }
    const outers = permitted.filter(({ kind }) => kind === base.kind)
    if (outers.length > 0 && !outers.some((outer) => isSubtreeWithin(base, outer))) {
      return `is outside what the issuing CA's name constraints permit: ${quoteList(outers.map(generalNameToText))}`
    }
  }
  return undefined
}

/** All addresses of each family, and all DNS names: subtrees that contain a whole kind. */
const WHOLE_KIND = {
  dns: [{ kind: 'dns', value: '' }],
  ip: [IPV4_OCTETS, IPV6_OCTETS].map((size) => ({ kind: 'ip', octets: new Uint8Array(2 * size) })),
} as const satisfies Readonly<Partial<Record<GeneralName['kind'], readonly GeneralName[]>>>

/** Whether a subtree contains every DNS name, or every address of a family. */
export function isWholeKind(base: GeneralName): boolean {
  if (base.kind === 'dns') return base.value === '' || base.value === '.'
  return (
    base.kind === 'ip' && base.octets.subarray(base.octets.length / 2).every((octet) => octet === 0)
  )
}

/** @returns The subtrees that contain every name of a kind. */
export const wholeKind = (kind: keyof typeof WHOLE_KIND): readonly GeneralName[] => WHOLE_KIND[kind]

/**
 * Whether any name of a kind can satisfy the constraints. Subtrees of one kind are inside each other
 * or apart, so if there is such a name, one of the permitted subtrees is inside one of each CA's.
 */
export function isKindOpen(
  kind: GeneralName['kind'],
  constraints: readonly NameConstraints[],
): boolean {
  const permitted = constraints.flatMap((each) =>
    each.permitted.filter((base) => base.kind === kind),
  )
  const whole = kind === 'dns' || kind === 'ip' ? WHOLE_KIND[kind] : undefined
  const candidates = permitted.length > 0 ? permitted : whole
  return candidates?.some((base) => subtreeFault(base, constraints) === undefined) ?? true
}
