/**
 * Arbitrary rules: a profile, a client and an issuing CA.
 * @module
 */
import * as fc from 'fast-check'
import type { ClientLists, ProfileRules, World } from './case.ts'
import {
  ALL_USAGES,
  DNS_PATTERNS,
  EMAIL_PATTERNS,
  IP_PATTERNS,
  URI_PATTERNS,
  type Usage,
} from './vocabulary.ts'

/** All of several lists, each usage once. */
export const withUsages = (...lists: readonly (readonly Usage[])[]): readonly Usage[] =>
  Array.from(new Set(lists.flat()))

/** Many of everything, so that most requests are refused for one reason and not for ten. */
const mostOf = <T>(items: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(items) },
    { weight: 1, arbitrary: fc.subarray([...items]) },
  )

const few = <T>(items: readonly T[]): fc.Arbitrary<readonly T[] | undefined> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    {
      weight: 5,
      arbitrary: fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 3 }),
    },
    { weight: 1, arbitrary: fc.constant(items.slice(0, 1)) },
  )

/** A list that a server or a client can live with, now and then any list. */
const someUsages: fc.Arbitrary<readonly Usage[]> = fc
  .tuple(
    fc.subarray([...ALL_USAGES], { minLength: 1 }),
    fc.constantFrom<readonly Usage[]>(['server auth'], ['client auth'], ['email protection'], []),
  )
  .map(([some, more]) => withUsages(['digital signature'], some, more))

const anyProfile: fc.Arbitrary<ProfileRules> = fc.record({
  usages: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: someUsages },
    { weight: 1, arbitrary: fc.constant(ALL_USAGES) },
  ),
  onMissingUsages: fc.constantFrom('fill', 'fill', 'reject'),
  subjectAltNames: mostOf(['dns', 'ip', 'uri', 'email', 'otherName'] as const),
  wildcards: fc.constantFrom(true, true, false),
  isCA: fc.constantFrom(true, true, false),
  requireCertSign: fc.constantFrom(true, false),
  pathLength: fc.constantFrom(null, null, 0, 1),
  requireNameConstraints: fc.boolean(),
  permittedFromClient: fc.constantFrom(false, false, true),
})

/** A profile of CA certificates that lists usages has to list that of a CA. */
function withCertSign(rules: ProfileRules): ProfileRules {
  if (!rules.isCA || rules.usages === null) return rules
  return { ...rules, usages: withUsages(rules.usages, ['cert sign']) }
}

const profile = anyProfile.map(withCertSign)

const client: fc.Arbitrary<ClientLists | undefined> = fc.option(
  fc.record({
    dns: few(DNS_PATTERNS),
    ip: few(IP_PATTERNS),
    email: few(EMAIL_PATTERNS),
    uri: few(URI_PATTERNS),
    usages: fc.oneof(mostOf(ALL_USAGES), someUsages),
    isCA: fc.constantFrom(true, true, false),
  }),
  { nil: undefined, freq: 4 },
)

/** @param authorities - How many there are. */
export const arbitraryWorld = (authorities: number): fc.Arbitrary<World> =>
  fc.record({ authority: fc.nat({ max: authorities - 1 }), profile, client })
