import {
  type Authority,
  authorityExtensions,
  basicConstraints,
  commonName,
  extKeyUsage,
  generalName,
  keyIdOf,
  makeAuthority,
  makeKey,
  nameConstraints,
} from '@edge-issuer/testbed/pki/x509'
/**
 * Issuing CAs of the property test: a pool of chains with arbitrary limits.
 * @module
 */
import * as fc from 'fast-check'
import type { CaLimits, Constraints, Subtree } from './case.ts'
import { EXT_KEY_USAGES } from './vocabulary.ts'

/** A chain, and the limits of each CA below the root, the issuing one first. */
export interface LimitedAuthority {
  readonly authority: Authority
  readonly limits: readonly CaLimits[]
}

/** Neither limit nor usage of the root count for verifiers that trust it. */
const ROOT = makeAuthority({ key: makeKey('P-256'), subject: commonName('Property Root') })
const MIDDLE_KEY = makeKey('P-256')
const ISSUING_KEY = makeKey('P-256')

const dns = (base: string): Subtree => ({ kind: 'dns', base })
const email = (base: string): Subtree => ({ kind: 'email', base })
const ipv4 = (prefix: number, ...base: readonly number[]): Subtree => ({ kind: 'ip', base, prefix })
const ALL_IPV6: Subtree = { kind: 'ip', base: Array.from({ length: 16 }, () => 0), prefix: 0 }
const DOCUMENTATION_IPV6: Subtree = {
  kind: 'ip',
  base: [0x20, 0x01, 0x0d, 0xb8, ...Array.from({ length: 12 }, () => 0)],
  prefix: 32,
}

/** All names of a kind. */
export const WHOLE_KIND = {
  dns: [dns('')],
  ip: [ipv4(0, 0, 0, 0, 0), ALL_IPV6],
} as const satisfies Readonly<Record<string, readonly Subtree[]>>

/** Subtrees of CAs and of requests for CA certificates. */
export const SUBTREES: readonly Subtree[] = [
  dns('acme.internal'),
  dns('.acme.internal'),
  dns('web.acme.internal'),
  dns('secret.acme.internal'),
  dns('internal'),
  dns('evil.com'),
  dns('localhost'),
  dns(''),
  ipv4(8, 10, 0, 0, 0),
  ipv4(16, 10, 1, 0, 0),
  ipv4(24, 10, 1, 2, 0),
  ipv4(20, 10, 1, 192, 0),
  ipv4(32, 10, 1, 2, 3),
  ipv4(24, 203, 0, 113, 0),
  ipv4(0, 0, 0, 0, 0),
  DOCUMENTATION_IPV6,
  ALL_IPV6,
  email('acme.internal'),
  email('.acme.internal'),
  email('a@acme.internal'),
]

export const arbitraryConstraints: fc.Arbitrary<Constraints> = fc.record({
  permitted: fc.uniqueArray(fc.constantFrom(...SUBTREES), { maxLength: 4 }),
  excluded: fc.oneof(
    fc.constant([]),
    fc.uniqueArray(fc.constantFrom(...SUBTREES), { maxLength: 2 }),
  ),
})

const arbitraryLimits: fc.Arbitrary<CaLimits> = fc.record({
  constraints: fc.oneof(
    { weight: 2, arbitrary: fc.constant({ permitted: [], excluded: [] }) },
    { weight: 3, arbitrary: arbitraryConstraints },
  ),
  pathLength: fc.constantFrom(undefined, undefined, 1, 2),
  usages: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.subarray(Object.values(EXT_KEY_USAGES).slice(1), { minLength: 1 }),
    },
  ),
})

/** @param seed - Of the limits; keys are new in each process. */
export const makeAuthorities = (count: number, seed: number): readonly LimitedAuthority[] =>
  fc
    .sample(fc.tuple(arbitraryLimits, fc.option(arbitraryLimits, { nil: undefined })), {
      numRuns: count,
      seed,
    })
    .map(([issuing, middle], index) => {
      const label = String(index)
      const above =
        middle === undefined
          ? ROOT
          : makeCa({ ...middle, pathLength: undefined }, `Middle ${label}`, ROOT)
      return {
        authority: makeCa(issuing, `Issuing ${label}`, above),
        limits: middle === undefined ? [issuing] : [issuing, { ...middle, pathLength: undefined }],
      }
    })

function makeCa(
  { constraints, pathLength, usages }: CaLimits,
  label: string,
  issuer: Authority,
): Authority {
  const key = issuer === ROOT && label.startsWith('Middle') ? MIDDLE_KEY : ISSUING_KEY
  return makeAuthority({
    key,
    subject: commonName(label),
    issuer,
    extensions: [
      ...Object.values({
        ...authorityExtensions(keyIdOf(key), issuer),
        basicConstraints: basicConstraints(true, pathLength),
      }),
      ...toExtensions(constraints),
      ...(usages === undefined ? [] : [extKeyUsage(...usages)]),
    ],
  })
}

/** The extension of name constraints; none for none. */
export const toExtensions = ({ permitted, excluded }: Constraints): readonly Uint8Array[] =>
  permitted.length + excluded.length === 0
    ? []
    : [nameConstraints(permitted.map(toGeneralName), excluded.map(toGeneralName))]

function toGeneralName(subtree: Subtree): Uint8Array {
  if (subtree.kind !== 'ip') return generalName[subtree.kind](subtree.base)
  const { base, prefix } = subtree
  const mask = base.map((_, index) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * index))
    return (0xff << (8 - bits)) & 0xff
  })
  return generalName.ip(...base, ...mask)
}
