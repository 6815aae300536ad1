/**
 * Arbitrary cases: rules, and requests of which about half are inside them.
 * @module
 */
import * as fc from 'fast-check'
import { arbitraryConstraints, type LimitedAuthority, SUBTREES } from './authorities.ts'
import type {
  Case,
  ClientLists,
  Constraints,
  ProfileRules,
  RequestedCommonName,
  RequestedName,
  Subtree,
  World,
} from './case.ts'
import { permitsAddress, permitsHost, Rules } from './model.ts'
import {
  type Address,
  ADDRESSES,
  DNS_PATTERNS,
  EMAIL_PATTERNS,
  EXT_KEY_USAGES,
  type ExtKeyUsage,
  HOSTS,
  IP_PATTERNS,
  KEY_USAGES,
  MAILBOXES,
  PERSONS,
  URI_PATTERNS,
  URIS,
  type Usage,
  WILDCARDS,
} from './vocabulary.ts'

const isExtKeyUsage = (text: string): text is ExtKeyUsage => text in EXT_KEY_USAGES
const EXTENDED: readonly ExtKeyUsage[] = Object.keys(EXT_KEY_USAGES).filter(isExtKeyUsage)
const ALL_USAGES: readonly Usage[] = [...KEY_USAGES, ...EXTENDED]

const isAddress = (text: string): text is Address => text in ADDRESSES
const ALL_ADDRESSES: readonly Address[] = Object.keys(ADDRESSES).filter(isAddress)

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
  .map(([some, more]) => [...new Set<Usage>(['digital signature', ...some, ...more])])

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
const profile = anyProfile.map((rules) =>
  rules.isCA && rules.usages !== null
    ? { ...rules, usages: [...new Set<Usage>([...rules.usages, 'cert sign'])] }
    : rules,
)

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

/** What the rules of a world allow: requests name it more often than chance would. */
interface Inside {
  readonly hosts: readonly string[]
  readonly addresses: readonly Address[]
  readonly mailboxes: readonly string[]
  readonly uris: readonly string[]
  readonly usages: readonly Usage[]
  readonly subtrees: readonly Subtree[]
}

const NOTHING_REQUESTED = {
  commonNames: [],
  subjectEmails: [],
  names: [],
  usages: [],
  isCA: false,
  basicConstraints: undefined,
  constraints: undefined,
  keyType: 'P-256',
} as const

function insideOf(world: World, { limits }: LimitedAuthority): Inside {
  const rules = new Rules({ ...world, ...NOTHING_REQUESTED }, limits)
  const isInside = (subtree: Subtree): boolean => {
    const only = { permitted: [subtree], excluded: [] }
    const [hosts, addresses] = [
      HOSTS.filter((host) => subtree.kind === 'dns' && permitsHost(only, host)),
      ALL_ADDRESSES.filter((address) => subtree.kind === 'ip' && permitsAddress(only, address)),
    ]
    return (
      hosts.length + addresses.length > 0 &&
      hosts.every((host) => rules.allowsIssuedHost(host)) &&
      addresses.every((address) => rules.allowsIssuedAddress(address))
    )
  }
  return {
    hosts: HOSTS.filter((host) => rules.allowsHost(host)),
    addresses: ALL_ADDRESSES.filter((address) => rules.allowsAddress(address)),
    mailboxes: MAILBOXES.filter((mailbox) => rules.allowsMailbox(mailbox)),
    uris: URIS.filter((uri) => rules.allowsUri(uri)),
    usages: ALL_USAGES.filter(
      (usage) => rules.lists(usage) && limits.every((ca) => isWithin(usage, ca.usages)),
    ),
    subtrees: SUBTREES.filter(isInside),
  }
}

const isWithin = (usage: Usage, limit: readonly string[] | undefined): boolean =>
  !isExtKeyUsage(usage) || limit === undefined || limit.includes(EXT_KEY_USAGES[usage])

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
        .map((parts): readonly Usage[] => [...new Set(parts.flat())])
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
    .map(([some, canSign]) => (canSign ? [...new Set<Usage>([...some, 'cert sign'])] : some))

/** Constraints inside the rules in both kinds of name; or any, or none. */
const constraints = ({ subtrees }: Inside): fc.Arbitrary<Constraints | undefined> => {
  const [hosts, addresses] = [
    subtrees.filter(({ kind }) => kind === 'dns'),
    subtrees.filter(({ kind }) => kind === 'ip'),
  ]
  const both = fc
    .tuple(oneOrTwo(hosts), oneOrTwo(addresses))
    .map((parts): Constraints => ({ permitted: parts.flat(), excluded: [] }))
  return fc.oneof(
    { weight: 4, arbitrary: both },
    { weight: 1, arbitrary: arbitraryConstraints },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

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
