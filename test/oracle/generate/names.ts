/**
 * Arbitrary subject alternative names of all kinds.
 * @module
 */
import * as fc from 'fast-check'
import type { Profile } from '../../../signer-worker/src/policy/rules/profile.ts'
import type { AskedName } from './asked.ts'
import { ALPHANUMERIC, arbitraryDnsName, arbitraryHost, arbitraryPlainHost } from './hosts.ts'
import { ZONE } from './issuers.ts'

/** What names are held against. */
export interface NameLimits {
  readonly profile: Profile
  /** Whether all must lie inside {@link ZONE}. */
  readonly isConstrained: boolean
}

/** Long lists, of which the second is as long as can be. */
const MANY = [100, 1000]

/** Some lists are empty, some have a name twice, few are as long as can be. */
export function arbitraryNames(limits: NameLimits): fc.Arbitrary<readonly AskedName[]> {
  const { subjectAltNames } = limits.profile
  const kinds = subjectAltNames.flatMap((kind) => (kind === 'uri' ? [] : [ofKind(kind, limits)]))
  const few = fc
    .tuple(fc.array(fc.oneof(...kinds), { maxLength: 6 }), fc.integer({ min: 0, max: 9 }))
    .map(([list, again]) => list.concat(list.slice(again, again + 1)))
  const many = fc
    .constantFrom(...MANY)
    .chain((count) => fc.array(ip(limits.isConstrained), { minLength: count, maxLength: count }))
  const withoutUris = fc.oneof({ weight: 40, arbitrary: few }, { weight: 1, arbitrary: many })
  if (!subjectAltNames.includes('uri')) return withoutUris
  return fc
    .tuple(few, arbitraryUris(limits), fc.boolean())
    .chain(([others, uris, areFirst]) =>
      uris.length === 0
        ? withoutUris
        : fc.constant(areFirst ? [...uris, ...others] : [...others, ...uris]),
    )
}

function ofKind(
  kind: Exclude<Profile['subjectAltNames'][number], 'uri'>,
  { profile, isConstrained }: NameLimits,
): fc.Arbitrary<AskedName> {
  switch (kind) {
    case 'dns': {
      const names = arbitraryDnsName(isConstrained)
      const wildcards = arbitraryHost(isConstrained).map((name) => `*.${name}`)
      return fc
        .oneof(
          { weight: 5, arbitrary: names },
          ...(profile.wildcards ? [{ weight: 5, arbitrary: wildcards }] : []),
          ...(profile.underscores ? [{ weight: 1, arbitrary: withUnderscore(isConstrained) }] : []),
        )
        .map(valued('dns'))
    }
    case 'ip': {
      return ip(isConstrained)
    }
    case 'email': {
      const domain = isConstrained ? fc.constant<string>(ZONE.domain) : arbitraryHost(false)
      return fc.tuple(localPart, domain).map((parts) => valued('email')(parts.join('@')))
    }
    case 'otherName': {
      return otherName
    }
  }
}

/** Labels of services, and a label right below the last one that zlint objects to. */
const withUnderscore = (isConstrained: boolean): fc.Arbitrary<string> =>
  isConstrained
    ? fc.constantFrom(`_ldap._tcp.${ZONE.domain}`, `a_b.${ZONE.domain}`)
    : fc.constantFrom('_ldap._tcp.corp.example.com', 'a_b.svc.cluster.local', 'under_score.example')

const valued =
  (kind: 'dns' | 'uri' | 'email') =>
  (value: string): AskedName => ({ kind, value })

/** So many octets, of which the first are given. */
const octets = (count: number, first: readonly number[] = []): fc.Arbitrary<readonly number[]> => {
  const length = count - first.length
  return fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length })
    .map((rest) => first.concat(rest))
}

const ip = (isConstrained: boolean): fc.Arbitrary<AskedName> =>
  (isConstrained
    ? octets(4, ZONE.network)
    : fc.oneof(
        octets(4),
        octets(16, [0x20, 0x01]),
        octets(16, [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      )
  ).map((all) => ({ kind: 'ip', bytes: all }))

/** RFC 5321 §4.1.2, without quoting. */
export const localPart = fc
  .array(
    fc.string({
      unit: fc.constantFrom(...ALPHANUMERIC, ...Array.from('+_-&=')),
      minLength: 1,
      maxLength: 20,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((atoms) => atoms.join('.'))

const otherName: fc.Arbitrary<AskedName> = fc.record({
  kind: fc.constant('otherName'),
  typeId: fc.constantFrom('1.3.6.1.4.1.311.20.2.3', '1.3.6.1.5.5.7.8.5', '1.2.3.4.5.6789'),
  value: fc.string({
    unit: fc.constantFrom(...ALPHANUMERIC, ...Array.from('@.-_ ,:é日😀')),
    minLength: 1,
    maxLength: 40,
  }),
})

/** X509-SVID §2: a SPIFFE ID is the only URI of its certificate, where the profile is strict. */
function arbitraryUris({ profile, isConstrained }: NameLimits): fc.Arbitrary<readonly AskedName[]> {
  const uris = fc.array(uri(isConstrained).map(valued('uri')), { maxLength: 3 })
  const ids = spiffeId(isConstrained).map((id) => [valued('uri')(id)])
  const mixed = fc.tuple(ids, uris).map((lists) => lists.flat())
  return fc.oneof(fc.constant([]), uris, ids, ...(profile.spiffe === 'strict' ? [] : [mixed]))
}

const PATHS = ['', '/', '/a/b%20c', '/a;b=c,d', '/?q=1&r=%2F', '/x#part', "/~user/(1)!$'*"]

/** Under name constraints, only those whose host all verifiers find alike. */
function uri(isConstrained: boolean): fc.Arbitrary<string> {
  const [users, endings] = isConstrained
    ? [[''], []]
    : [
        ['', 'me@', 'me:secret@'],
        ['?q', '#f'],
      ]
  const withHost = fc
    .tuple(
      fc.constantFrom('https://', 'http://', 'ldap://', 'x-custom+1://'),
      fc.constantFrom(...users),
      arbitraryPlainHost(isConstrained),
      fc.constantFrom('', ':8443'),
      fc.constantFrom(...PATHS, ...endings),
    )
    .map((parts) => parts.join(''))
  const withoutDomain = fc.constantFrom(
    'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'tag:a.example,2026:x',
    'https://192.0.2.7/x',
    'https://[2001:db8::1]/x',
  )
  return isConstrained ? withHost : fc.oneof({ weight: 4, arbitrary: withHost }, withoutDomain)
}

const spiffeId = (isConstrained: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      isConstrained
        ? fc.constantFrom(`td.${ZONE.domain}`, `a.b.${ZONE.domain}`)
        : fc.constantFrom('prod.corp.example', 'cluster-1.example', 'cluster', 'cluster.local'),
      fc.array(fc.constantFrom('ns', 'default', 'sa', 'Web_1', 'x.y-z'), { maxLength: 5 }),
    )
    .map(([domain, segments]) => ['spiffe:/', domain, ...segments].join('/'))
