/**
 * Arbitrary requests under given rules, of which about a third are inside them.
 * @module
 */
import * as fc from 'fast-check'
import { withUsages } from './arbitrary-world.ts'
import { arbitraryConstraints, type LimitedAuthority, WHOLE_KIND } from './authorities.ts'
import type { Case, Constraints, RequestedCommonName, RequestedName, World } from './case.ts'
import { type Inside, insideOf } from './inside.ts'
import {
  ALL_ADDRESSES,
  ALL_USAGES,
  HOSTS,
  isExtKeyUsage,
  MAILBOXES,
  PERSONS,
  URIS,
  type Usage,
  WILDCARDS,
} from './vocabulary.ts'

/** At least one if there is one, and at most two. */
const oneOrTwo = <T>(items: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.subarray([...items], {
    minLength: Math.min(1, items.length),
    maxLength: Math.min(2, items.length),
  })

/** Mostly of the first ones, if there are any. */
const either = <T>(first: readonly T[], all: readonly T[]): fc.Arbitrary<T> =>
  first.length === 0
    ? fc.constantFrom(...all)
    : fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...first) },
        { weight: 1, arbitrary: fc.constantFrom(...all) },
      )

/** Spellings that verifiers compare alike, or that some of them do. */
const spelled = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(text) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(text.toUpperCase(), `${text}.`, ` ${text}`, `[${text}]`),
    },
  )

const commonName = (inside: Inside): fc.Arbitrary<RequestedCommonName> =>
  fc.record({
    text: fc
      .oneof(
        { weight: 4, arbitrary: either(inside.hosts, HOSTS) },
        { weight: 2, arbitrary: fc.constantFrom(...WILDCARDS) },
        { weight: 2, arbitrary: either(inside.addresses, ALL_ADDRESSES) },
        { weight: 3, arbitrary: fc.constantFrom(...PERSONS) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('alice', '0xCB007107', '203.0.28935', '::FFFF:203.0.113.7'),
        },
      )
      .chain(spelled),
    encoding: fc.constantFrom('utf8', 'utf8', 'utf8', 'printable', 'teletex', 'bmp', 'ia5'),
  })

const name = (inside: Inside): fc.Arbitrary<RequestedName> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('dns'),
        value: fc
          .oneof(
            { weight: 4, arbitrary: either(inside.hosts, HOSTS) },
            { weight: 1, arbitrary: fc.constantFrom(...WILDCARDS) },
          )
          .chain((text) =>
            fc.constantFrom(
              ...Array.from({ length: 8 }, () => text),
              text.toUpperCase(),
              `${text}.`,
            ),
          ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('ip'),
        address: either(inside.addresses, ALL_ADDRESSES),
        isMapped: fc.constantFrom(false, false, true),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('uri'), value: either(inside.uris, URIS) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('email', 'utf8Mailbox'),
        value: either(inside.mailboxes, MAILBOXES),
      }),
    },
  )

/** Some that are listed; now and then any. */
const usages = (listed: readonly Usage[]): fc.Arbitrary<readonly Usage[]> =>
  fc
    .oneof(
      { weight: 6, arbitrary: fc.constant(listed) },
      { weight: 1, arbitrary: fc.constant(ALL_USAGES) },
    )
    .chain((from) => {
      const bits = from.filter((usage) => !isExtKeyUsage(usage))
      const extended = from.filter(isExtKeyUsage)
      const alone = extended.filter((usage) => usage === 'timestamping')
      const others = extended.filter((usage) => usage !== 'timestamping')
      return fc
        .tuple(
          fc.oneof(
            { weight: 4, arbitrary: fc.constant<readonly Usage[]>(['digital signature']) },
            { weight: 1, arbitrary: fc.subarray(bits) },
          ),
          fc.oneof(
            { weight: 3, arbitrary: oneOrTwo<Usage>(others) },
            { weight: 1, arbitrary: fc.constantFrom<readonly Usage[]>([], alone, extended) },
          ),
        )
        .map((parts) => withUsages(...parts))
    })

const isForCa = (usage: Usage): boolean => usage === 'cert sign' || usage === 'crl sign'

const leafUsages = ({ usages: listed }: Inside): fc.Arbitrary<readonly Usage[]> =>
  fc
    .oneof(
      { weight: 6, arbitrary: fc.constant(listed.filter((usage) => !isForCa(usage))) },
      { weight: 1, arbitrary: fc.constant(listed) },
    )
    .chain(usages)

const caUsages = (inside: Inside): fc.Arbitrary<readonly Usage[]> =>
  fc
    .tuple(usages(inside.usages), fc.constantFrom(true, true, true, false))
    .map(([some, canSign]) => (canSign ? withUsages(some, ['cert sign']) : some))

/** Subtrees inside the rules; where there are none, all names of the kind are excluded. */
function within(kind: 'dns' | 'ip', { subtrees }: Inside): fc.Arbitrary<Constraints> {
  const inside = subtrees.filter((subtree) => subtree.kind === kind)
  return inside.length === 0
    ? fc.constant({ permitted: [], excluded: WHOLE_KIND[kind] })
    : oneOrTwo(inside).map((permitted) => ({ permitted, excluded: [] }))
}

/** Constraints inside the rules in both kinds of name; or any, or none. */
const constraints = (inside: Inside): fc.Arbitrary<Constraints | undefined> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(within('dns', inside), within('ip', inside)).map(joined),
    },
    { weight: 1, arbitrary: arbitraryConstraints },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )

const joined = (parts: readonly Constraints[]): Constraints => ({
  permitted: parts.flatMap(({ permitted }) => permitted),
  excluded: parts.flatMap(({ excluded }) => excluded),
})

/** Any request under these rules. */
export function arbitraryCase(world: World, authority: LimitedAuthority): fc.Arbitrary<Case> {
  const inside = insideOf(world, authority)
  const mayBeCa = world.profile.isCA && world.client?.isCA !== false
  return fc
    .constantFrom(mayBeCa, mayBeCa, false, false, !mayBeCa && world.authority % 5 === 0)
    .chain((isCA) =>
      fc.record({
        authority: fc.constant(world.authority),
        profile: fc.constant(world.profile),
        client: fc.constant(world.client),
        commonNames: fc.oneof(
          { weight: 4, arbitrary: fc.array(commonName(inside), { maxLength: 1 }) },
          {
            weight: 1,
            arbitrary: fc.array(commonName(inside), { minLength: 2, maxLength: 2 }),
          },
        ),
        subjectEmails: fc.oneof(
          { weight: 8, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: either(inside.mailboxes, MAILBOXES).map((each) => [each]) },
        ),
        names: fc.oneof(
          { weight: 2, arbitrary: fc.constant([]) },
          { weight: 5, arbitrary: fc.array(name(inside), { minLength: 1, maxLength: 1 }) },
          { weight: 1, arbitrary: fc.array(name(inside), { minLength: 2, maxLength: 3 }) },
        ),
        usages: isCA ? caUsages(inside) : leafUsages(inside),
        isCA: fc.constant(isCA),
        basicConstraints: isCA
          ? fc.option(fc.record({ pathLength: fc.constantFrom(undefined, undefined, 0, 1) }), {
              nil: undefined,
            })
          : fc.constant(undefined),
        constraints: isCA ? constraints(inside) : fc.constant(undefined),
        keyType: fc.oneof(
          { weight: 10, arbitrary: fc.constant('P-256') },
          { weight: 4, arbitrary: fc.constant('Ed25519') },
          { weight: 1, arbitrary: fc.constant('RSA-2048') },
        ),
      }),
    )
}
