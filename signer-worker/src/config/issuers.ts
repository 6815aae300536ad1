/**
 * The issuers of a configuration: issuing CAs and profiles must fit together.
 *
 * @module
 */
import { ANY_POLICY, oidToText } from '@edge-issuer/shared/x509'
import { distinctRoots } from '../ca/trust-bundle.ts'
import type { IssuingCa } from '../model/issuing-ca.ts'
import { isKindOpen } from '../policy/names/name-constraints.ts'
import type { Profile } from '../policy/rules/profile.ts'
import { quoteList } from '../policy/text.ts'
import { type AuthoritySurroundings, buildAuthorities } from './authorities.ts'
import { type ConfigError, errorAt } from './config-error.ts'
import type { Authority, Issuer } from './config.ts'
import type { IssuerEntry } from './schema.ts'

/** What an issuer is checked against. */
export interface IssuerSurroundings extends AuthoritySurroundings {
  /** Profiles without errors of their own. */
  readonly profiles: Readonly<Record<string, Profile>>
  /** Names of all profiles. */
  readonly profileNames: ReadonlySet<string>
}

/** The issuer, and all that is wrong with it. */
export interface BuiltIssuer {
  /** `undefined` when one of its issuing CAs has an error. */
  readonly issuer: Issuer | undefined
  readonly errors: readonly ConfigError[]
}

/** Builds the issuer of one entry. */
export function buildIssuer(
  name: string,
  entry: IssuerEntry,
  surroundings: IssuerSurroundings,
): BuiltIssuer {
  const { authorities, errors } = buildAuthorities(
    entry.authorities,
    ['issuers', name, 'authorities'],
    surroundings,
  )
  const profiles = entry.profiles.map((profile, index) => ({
    profile,
    errors: checkProfileFits(profile, authorities, surroundings).map((message) =>
      errorAt(['issuers', name, 'profiles', index], message),
    ),
  }))
  const brokenProfiles = profiles
    .filter((one) => one.errors.length > 0 || surroundings.profiles[one.profile] === undefined)
    .map(({ profile }) => profile)
  const issuer =
    errors.length === 0
      ? assemble(authorities, {
          name,
          profiles: entry.profiles,
          brokenProfiles: new Set(brokenProfiles),
        })
      : undefined
  return { issuer, errors: [...errors, ...profiles.flatMap((one) => one.errors)] }
}

/** @returns `undefined` when none is active with its key: there is an error for it then. */
function assemble(
  authorities: readonly Authority[],
  rest: Pick<Issuer, 'name' | 'profiles' | 'brokenProfiles'>,
): Issuer | undefined {
  const active = authorities.find(({ state }) => state === 'active')
  if (active?.key === undefined) return undefined
  const { ca, key, state } = active
  return {
    ...rest,
    active: { ca, key, state },
    authorities,
    roots: distinctRoots([active, ...authorities].map((authority) => authority.ca)),
  }
}

/** A CA that is retiring signs nothing new, so no profile need fit it. */
function checkProfileFits(
  name: string,
  authorities: readonly Authority[],
  { profileNames, profiles }: IssuerSurroundings,
): readonly string[] {
  if (!profileNames.has(name)) return [`there is no profile "${name}"`]
  const profile = profiles[name]
  if (profile === undefined) return []
  return authorities
    .filter(({ state }) => state !== 'retiring')
    .flatMap(({ ca }) => [
      checkPathLength(name, profile, ca),
      checkNames(name, profile, ca),
      checkPolicies(name, profile, ca),
    ])
    .filter((error) => error !== undefined)
}

/** RFC 5280 §4.2.1.9: each CA certificate takes one from the path length above it. */
function checkPathLength(
  name: string,
  profile: Profile,
  { pathLength, subjectText }: IssuingCa,
): string | undefined {
  if (!profile.isCA || pathLength === undefined) return undefined
  const wanted = profile.pathLength ?? 0
  if (wanted < pathLength) return undefined
  return (
    `profile "${name}" makes CA certificates of path length ${String(wanted)}, ` +
    `but path length ${String(pathLength)} of the issuing CA "${subjectText}" leaves no room for them`
  )
}

function checkNames(
  name: string,
  { subjectAltNames }: Profile,
  { nameConstraints, subjectText }: IssuingCa,
): string | undefined {
  if (subjectAltNames.length === 0) return undefined
  if (subjectAltNames.some((kind) => isKindOpen(kind, nameConstraints))) return undefined
  return (
    `profile "${name}" allows only names of kind ${quoteList(subjectAltNames)}, ` +
    `and the name constraints of the issuing CA "${subjectText}" leave none of them`
  )
}

/** RFC 5280 §4.2.1.11. anyPolicy in a profile does not count: a CA above may inhibit it. */
function checkPolicies(
  name: string,
  { certificatePolicies }: Profile,
  { requiredPolicies: accepted, subjectText }: IssuingCa,
): string | undefined {
  if (accepted === undefined) return undefined
  const named = certificatePolicies.filter((policy) => policy !== ANY_POLICY)
  if (named.some((policy) => accepted.includes(policy) || accepted.includes(ANY_POLICY))) {
    return undefined
  }
  const wanted = accepted.includes(ANY_POLICY) ? 'a policy' : accepted.map(oidToText).join(' or ')
  return (
    `profile "${name}" names no certificate policy that is valid under the issuing CA "${subjectText}", whose chain ` +
    `requires one (requireExplicitPolicy); add ${wanted} to certificatePolicies`
  )
}
