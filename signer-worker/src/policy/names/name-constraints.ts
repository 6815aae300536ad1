/**
 * Names against the name constraints of the issuing CA (RFC 5280 §4.2.1.10), as verifiers check them
 * later. What a verifier could not check is refused.
 *
 * @module
 */
import {
  generalNameToText,
  type GeneralName,
  IPV4_BYTES,
  IPV6_BYTES,
  type NameConstraints,
} from '@edge-issuer/shared/x509'
import type { Finding } from '../messages.ts'
import { compilePatterns, matchesAny } from '../rules/pattern.ts'
import { isNameWithin, isSubtreeWithin } from './subtree.ts'
import { uriDnsHost } from './uri.ts'

/** Kinds of constraint that are checked; a CA with others cannot be an issuer here. */
export const SUPPORTED_CONSTRAINTS: ReadonlySet<GeneralName['kind']> = new Set([
  'dns',
  'ip',
  'uri',
  'email',
])

/**
 * @param constraints - Those of every CA in the chain; each must be satisfied.
 * @returns The constraint that a name does not satisfy; `undefined` when it satisfies all.
 */
export const checkNameConstraints = (
  name: GeneralName,
  constraints: readonly NameConstraints[],
): Finding | undefined =>
  firstUnsatisfied(name.kind, constraints, {
    isExcluded: (base) => excludes(name, base),
    isPermitted: (base) => isNameWithin(name, base),
  })

/**
 * @param base - A permitted subtree that a CA certificate asks for.
 * @param constraints - Those of every CA above it.
 * @returns The constraint that leaves no name of the subtree.
 */
export const checkSubtree = (
  base: GeneralName,
  constraints: readonly NameConstraints[],
): Finding | undefined =>
  firstUnsatisfied(base.kind, constraints, {
    isExcluded: (outer) => isSubtreeWithin(base, outer),
    isPermitted: (outer) => isSubtreeWithin(base, outer),
  })

function firstUnsatisfied(
  kind: GeneralName['kind'],
  constraints: readonly NameConstraints[],
  {
    isExcluded,
    isPermitted,
  }: Readonly<Record<'isExcluded' | 'isPermitted', (base: GeneralName) => boolean>>,
): Finding | undefined {
  for (const { permitted, excluded } of constraints) {
    const excluder = excluded.find(isExcluded)
    if (excluder !== undefined) {
      return { kind: 'excluded_by_ca', expected: [generalNameToText(excluder)] }
    }
    const bases = permitted.filter((base) => base.kind === kind)
    if (bases.length > 0 && !bases.some(isPermitted)) {
      return { kind: 'not_permitted_by_ca', expected: bases.map(generalNameToText) }
    }
  }
  return undefined
}

function excludes(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'uri' && base.kind === 'uri' && uriDnsHost(name.value) === undefined) {
    return true
  }
  return isNameWithin(name, base) || canCover(name, base)
}

/**
 * Whether a name with a wildcard matches names that `base` contains, though as text it is not below
 * it: then it is not harmless. The wildcard may be a part of the label, as common names have it.
 */
function canCover(name: GeneralName, base: GeneralName): boolean {
  if (name.kind !== 'dns' || base.kind !== 'dns' || !name.value.includes('*')) return false
  const labels = name.value.toLowerCase().split('.')
  const wanted = base.value.toLowerCase().split('.')
  // From the right, each label of the base must be one that the label of the name can match.
  const shared = Math.min(labels.length, wanted.length)
  const isCovered = wanted
    .slice(wanted.length - shared)
    .every(
      (label, index) => label === '' || labelCovers(labels[labels.length - shared + index], label),
    )
  return isCovered && wanted.slice(0, wanted.length - shared).every((label) => label === '')
}

/** Whether a label with `*` for any characters can match another. */
const labelCovers = (pattern = '', label: string): boolean =>
  matchesAny(compilePatterns([pattern]), label)

/** All addresses of each family, and all DNS names: subtrees that contain a whole kind. */
const WHOLE_KIND = {
  dns: [{ kind: 'dns', value: '' }],
  ip: [IPV4_BYTES, IPV6_BYTES].map((size) => ({ kind: 'ip', bytes: new Uint8Array(2 * size) })),
} as const satisfies Readonly<Partial<Record<GeneralName['kind'], readonly GeneralName[]>>>

/** Whether a subtree contains every DNS name, or every address of a family. */
export function isWholeKind(base: GeneralName): boolean {
  if (base.kind === 'dns') return base.value === '' || base.value === '.'
  return (
    base.kind === 'ip' && base.bytes.subarray(base.bytes.length / 2).every((octet) => octet === 0)
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
  return candidates?.some((base) => checkSubtree(base, constraints) === undefined) ?? true
}
