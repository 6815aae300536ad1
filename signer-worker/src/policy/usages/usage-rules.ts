/**
 * What usages are checked against: the lists of the profile, of the client and of the CAs above.
 *
 * @module
 */
import { includesUsage, NAMED_USAGES, USAGES } from '@edge-issuer/shared'
import type { ClientPolicy } from '../rules/client-policy.ts'
import type { Profile } from '../rules/profile.ts'

/** What usages are checked against. */
export interface UsageRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** extKeyUsage of those CAs in the chain that have one: each limits what is below it. */
  readonly issuerUsages: readonly (readonly string[])[]
}

/** anyExtendedKeyUsage (RFC 5280 §4.2.1.12). */
export const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0'

/** Whether a profile certifies a usage. */
export const profileAllowsUsage = ({ usages }: Pick<Profile, 'usages'>, usage: string): boolean =>
  usages === null ? !NAMED_USAGES.has(usage) : includesUsage(usages, usage)

/**
 * Usages that both the profile and the client allow, where at least one of them has a list.
 *
 * @returns `undefined` where neither has: then a request gets what it names, and nothing else.
 */
export function listedUsages({
  profile,
  client: { allowed },
}: UsageRules): readonly string[] | undefined {
  if (profile.usages === null && allowed === undefined) return undefined
  return USAGES.filter(
    (usage) =>
      profileAllowsUsage(profile, usage) &&
      (allowed === undefined || includesUsage(allowed.usages, usage)),
  )
}

/** The first list of a CA in the chain that does not have a usage. */
export const issuerLimit = (
  oid: string,
  { issuerUsages }: UsageRules,
): readonly string[] | undefined =>
  issuerUsages.find(
    (allowed) => !allowed.includes(oid) && !allowed.includes(ANY_EXTENDED_KEY_USAGE),
  )

/** Whether every CA in the chain may issue for a usage. */
export const isWithinIssuers = (oid: string, rules: UsageRules): boolean =>
  issuerLimit(oid, rules) === undefined
