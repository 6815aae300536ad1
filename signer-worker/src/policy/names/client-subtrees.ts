/**
 * Subtrees of names against the rules of a client. A CA certificate gives away every name of its
 * subtrees, so each of them must be one that the client itself may request.
 *
 * @module
 */
import { type GeneralName, IPV4_BYTES, ipToText } from '@edge-issuer/shared/x509'
import type { AllowedRules } from '../rules/client-policy.ts'
import { matchesAny, type Patterns } from '../rules/pattern.ts'
import { checkDnsName } from './dns-name.ts'

/** Kinds of name in which a CA certificate must be limited. */
export type LimitedKind = 'dns' | 'ip'

/**
 * Stands for any characters in a probe: no pattern has it, so only a `*` matches it, and what a `*`
 * matches may be replaced by anything.
 */
const ANYTHING = '\uFFFF'

/** Most probes for one range of addresses: one for each value of an octet. */
const OCTET_VALUES = 256

const patternsOf = (kind: LimitedKind, { names }: AllowedRules): Patterns | undefined =>
  names.byKind.get(kind)?.patterns

/** Whether the client may request every name of a permitted subtree. */
export function isSubtreeAllowed(base: GeneralName, allowed: AllowedRules): boolean {
  const patterns =
    base.kind === 'dns' || base.kind === 'ip' ? patternsOf(base.kind, allowed) : undefined
  if (patterns === undefined) return false
  const probes = base.kind === 'dns' ? domainProbes(base.value) : rangeProbes(base)
  return probes?.every((probe) => matchesAny(patterns, probe)) ?? false
}

/** Every domain below the base; and the base, where it does not begin with a dot. */
function domainProbes(base: string): readonly string[] {
  const name = base.toLowerCase()
  if (name === '') return [ANYTHING]
  return name.startsWith('.') ? [`${ANYTHING}${name}`] : [name, `${ANYTHING}.${name}`]
}

/** @returns `undefined` for a range whose texts have nothing in common that a pattern could match. */
function rangeProbes(base: GeneralName): readonly string[] | undefined {
  if (base.kind !== 'ip') return undefined
  const half = base.bytes.length / 2
  const [address, mask] = [base.bytes.subarray(0, half), base.bytes.subarray(half)]
  if (mask.every((octet) => octet === 0xff)) return [ipToText(address)]
  if (half !== IPV4_BYTES || mask.every((octet) => octet === 0)) return [ANYTHING]
  const whole = mask.findIndex((octet) => octet !== 0xff)
  const partial = mask[whole] ?? 0
  const prefix = [...address.subarray(0, whole)].map((octet) => `${String(octet)}.`).join('')
  if (partial === 0) return [`${prefix}${ANYTHING}`]
  const rest = whole === IPV4_BYTES - 1 ? '' : `.${ANYTHING}`
  const first = (address[whole] ?? 0) & partial
  const values = Array.from({ length: OCTET_VALUES }, (_, value) => value)
  return values
    .filter((value) => (value & partial) === first)
    .map((value) => `${prefix}${String(value)}${rest}`)
}

/**
 * The subtrees that a client's rules allow as a whole: patterns such as `*.acme.internal`, `10.1.*` and
 * `*`, and whole addresses. A pattern that no subtree can express is skipped, so less is permitted.
 */
export function subtreesOfClient(kind: LimitedKind, allowed: AllowedRules): readonly GeneralName[] {
  const texts = patternsOf(kind, allowed)?.texts ?? []
  const candidates = texts.flatMap((text) =>
    kind === 'dns' ? domainCandidates(text) : rangeCandidates(text),
  )
  const permitted = candidates.filter((base) => isSubtreeAllowed(base, allowed))
  // With both "acme.internal" and "*.acme.internal" allowed, the domain contains what is below it.
  return permitted.filter((base) => !permitted.some((other) => isAbove(other, base)))
}

const isAbove = (one: GeneralName, other: GeneralName): boolean =>
  one.kind === 'dns' && other.kind === 'dns' && other.value === `.${one.value}`

function domainCandidates(pattern: string): readonly GeneralName[] {
  if (pattern === '*') return [{ kind: 'dns', value: '' }]
  const base = /^\*\.([^*]+)$/.exec(pattern)?.[1]?.toLowerCase()
  // A malformed domain would make the certificate unreadable to some verifiers.
  if (base === undefined || checkDnsName(base) !== undefined) return []
  return [
    { kind: 'dns', value: base },
    { kind: 'dns', value: `.${base}` },
  ]
}

function rangeCandidates(pattern: string): readonly GeneralName[] {
  if (pattern === '*') return [wholeRange(4), wholeRange(16)]
  const bytes = /^(?:\d{1,3}\.){1,3}\*$/.test(pattern) ? pattern.slice(0, -2).split('.') : undefined
  if (bytes !== undefined) return [ipv4Range(bytes)]
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(pattern) ? [ipv4Range(pattern.split('.'))] : []
}

const wholeRange = (size: number): GeneralName => ({ kind: 'ip', bytes: new Uint8Array(2 * size) })

/** @param fixed - The leading bytes, in decimals. */
function ipv4Range(fixed: readonly string[]): GeneralName {
  const bytes = new Uint8Array(2 * IPV4_BYTES)
  for (const [index, text] of fixed.entries()) {
    bytes[index] = Number(text)
    bytes[IPV4_BYTES + index] = 0xff
  }
  return { kind: 'ip', bytes }
}
