/**
 * Describes what each client can get, as the rules of its entry and of the profile together allow.
 *
 * @module
 */
import {
  type ClientEntry,
  type ConfigFile,
  includesUsage,
  profileAllowsUsage,
  USAGES,
} from '@edge-issuer/signer-worker/config'
import { formatDuration } from '../command-line/duration.ts'

type Profile = ConfigFile['profiles'][string]
type Allowed = NonNullable<ClientEntry['allowed']>

const DAY_SECONDS = 86_400

/** Usages that are synonyms of another one. */
const ALIASES: ReadonlySet<string> = new Set(['signing', 's/mime'])

/** One line for each client and each profile that it can use. */
export const describeAccess = (
  clients: ReadonlyMap<string, ClientEntry>,
  { issuers, profiles }: ConfigFile,
): readonly string[] =>
  [...clients].flatMap(([name, entry]) => {
    const signed = new Set(entry.issuers.flatMap((issuer) => issuers[issuer]?.profiles ?? []))
    return entry.profiles
      .filter((profile) => signed.has(profile))
      .flatMap((profile) => {
        const options = profiles[profile]
        return options === undefined
          ? []
          : [`access    ${name} with profile ${profile}: ${sentence(entry, options)}`]
      })
  })

const sentence = (entry: ClientEntry, profile: Profile): string =>
  [
    ...(entry.allowed === undefined ? anyNames(profile) : allowedNames(entry.allowed)),
    purposes(entry, profile),
    ...caCertificates(entry, profile),
    `up to ${longest(entry, profile)}`,
    ...namespaces(entry),
    entry.certificatesPerMinute === null
      ? 'an unlimited number of certificates per minute'
      : `${String(entry.certificatesPerMinute)} certificates per minute`,
  ].join('; ')

function anyNames({ subjectAltNames }: Profile): readonly string[] {
  const kinds = subjectAltNames.length === 5 ? '' : ` (of kind ${subjectAltNames.join(', ')})`
  return [`any name${kinds} that the issuing CA permits`]
}

const list = (patterns: readonly string[]): string =>
  patterns.map((pattern) => `"${pattern}"`).join(', ')

function allowedNames(allowed: Allowed): readonly string[] {
  const found: readonly (readonly [string, Rule | undefined])[] = [
    ['DNS names', allowed.dnsNames],
    ['IP addresses', allowed.ipAddresses],
    ['URIs', allowed.uris],
    ['email addresses', allowed.emailAddresses],
    ...(allowed.otherNames ?? []).map((rule) => [`other names ${rule.oid}`, rule] as const),
    ['common names', allowed.commonName],
    ...subjectRules(allowed),
  ]
  const rules = found.flatMap(([kind, rule]) => {
    const patterns = patternsOf(rule)
    return patterns.length === 0 ? [] : [`${kind} matching ${list(patterns)}`]
  })
  return rules.length === 0 ? ['no name'] : rules
}

interface Rule {
  readonly value?: string | undefined
  readonly values?: readonly string[] | undefined
}

const patternsOf = (rule: Rule | undefined): readonly string[] =>
  rule?.value === undefined ? (rule?.values ?? []) : [rule.value]

function subjectRules({ subject = {} }: Allowed): readonly (readonly [string, Rule | undefined])[] {
  const { otherAttributes = [], ...rules } = subject
  return [
    ...Object.entries(rules).map(([member, rule]) => [`subject ${member}`, rule] as const),
    ...otherAttributes.map((rule) => [`subject attributes ${rule.oid}`, rule] as const),
  ]
}

/** The allowed usages, or the forbidden ones if that list is shorter. */
function purposes({ allowed }: ClientEntry, profile: Profile): string {
  const isAllowed = (usage: string): boolean =>
    profileAllowsUsage(profile, usage) &&
    (allowed === undefined || includesUsage(allowed.usages ?? [], usage))
  const usages = USAGES.filter((usage) => !ALIASES.has(usage))
  const can = usages.filter(isAllowed)
  const cannot = usages.filter((usage) => !isAllowed(usage))
  if (can.length === 0) return 'for no purpose'
  if (cannot.length === 0) return 'for any purpose'
  return can.length <= cannot.length ? `for ${list(can)}` : `for any purpose except ${list(cannot)}`
}

function caCertificates({ allowed }: ClientEntry, profile: Profile): readonly string[] {
  if (!profile.isCA || (allowed !== undefined && allowed.isCA !== true)) return []
  const isLimited = profile.requireNameConstraints || profile.nameConstraints.permittedFromClient
  return [`CA certificates with${isLimited ? '' : ' or without'} name constraints`]
}

function longest({ constraints = {} }: ClientEntry, { maxDurationSeconds }: Profile): string {
  const seconds = Math.min(maxDurationSeconds, constraints.maxDurationSeconds ?? Infinity)
  const days = seconds / DAY_SECONDS
  return Number.isInteger(days) ? `${String(days)} days` : formatDuration(seconds)
}

function namespaces({ selector }: ClientEntry): readonly string[] {
  const names = selector?.namespace?.matchNames
  return names === undefined ? [] : [`from namespaces matching ${list(names)}`]
}
