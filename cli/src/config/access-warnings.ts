/**
 * Warnings about rules of clients that the worker accepts, but that allow more than they seem to.
 *
 * @module
 */
import { isExtendedKeyUsageName } from '@edge-issuer/shared'
import {
  type ClientEntry,
  compilePatterns,
  type ConfigError,
  type ConfigFile,
  formatConfigError,
  matchesAny,
} from '@edge-issuer/signer-worker/config'
import { patternProblem, type PatternKind } from './pattern-problem.ts'

type Allowed = NonNullable<ClientEntry['allowed']>

/** The group that has every permission in Kubernetes. */
const CLUSTER_ADMINS = 'system:masters'

/** Usages that are dangerous to allow, with the reason. */
const RISKY_USAGES = new Map([
  ['any', 'a certificate with this usage is valid for every purpose'],
  ['ocsp signing', 'its holder can sign OCSP responses for the issuing CA'],
])

/**
 * @param clients - Entries by name.
 * @param profiles - Profiles of the worker by name; without them the warnings that depend on a profile are missing.
 * @returns A warning for each rule, in the order of the clients.
 */
export const accessWarnings = (
  clients: ReadonlyMap<string, ClientEntry>,
  profiles: ConfigFile['profiles'] = {},
): readonly ConfigError[] =>
  [...clients].flatMap(([name, entry]) =>
    warningsOf(entry, profiles).map(({ path, message }) => ({
      path: `/clients/${name}${path}`,
      message,
    })),
  )

/**
 * Warnings as one message, one per line; empty if there are none.
 *
 * @param maxShown - Maximum number of warnings in the message; all when absent.
 */
export function warningsMessage(
  warnings: readonly ConfigError[],
  maxShown = warnings.length,
): string {
  const shown = warnings.slice(0, maxShown).map(formatConfigError)
  const hidden = warnings.length - shown.length
  const lines =
    hidden > 0
      ? [...shown, `${String(hidden)} more; "edge-issuer config check --clients" shows all`]
      : shown
  return lines.map((line) => `warning: ${line}\n`).join('')
}

function warningsOf(entry: ClientEntry, profiles: ConfigFile['profiles']): readonly ConfigError[] {
  const { allowed, certificatesPerMinute } = entry
  return [
    ...(allowed === undefined ? UNRESTRICTED : rulesWarnings(allowed)),
    ...caWarnings(entry, profiles),
    ...(certificatesPerMinute === null
      ? [
          warning(
            '/certificatesPerMinute',
            'the rate is unlimited: a stolen key can fill the ledger',
          ),
        ]
      : []),
  ]
}

const warning = (path: string, message: string): ConfigError => ({ path, message })

const UNRESTRICTED: readonly ConfigError[] = [
  warning(
    '/unrestricted',
    "anyone with this client's key can get a certificate for every name that the issuing CA permits; list what the client needs in `allowed`",
  ),
]

function rulesWarnings(allowed: Allowed): readonly ConfigError[] {
  const { commonName, dnsNames, ipAddresses, uris, emailAddresses, subject } = allowed
  const ofValues = (
    path: string,
    kind: PatternKind,
    patterns: readonly string[] = [],
  ): readonly ConfigError[] =>
    patterns.flatMap((pattern, index) => {
      const problem = patternProblem(kind, pattern)
      return problem === undefined ? [] : [warning(`${path}/values/${String(index)}`, problem)]
    })
  const single =
    commonName?.value === undefined ? undefined : patternProblem('commonName', commonName.value)
  return [
    ...(single === undefined ? [] : [warning('/allowed/commonName/value', single)]),
    ...ofValues('/allowed/commonName', 'commonName', commonName?.values),
    ...ofValues('/allowed/dnsNames', 'dns', dnsNames?.values),
    ...ofValues('/allowed/ipAddresses', 'ip', ipAddresses?.values),
    ...ofValues('/allowed/uris', 'uri', uris?.values),
    ...ofValues('/allowed/emailAddresses', 'email', emailAddresses?.values),
    ...usageWarnings(allowed),
    ...organizationWarnings(subject?.organizations?.values ?? []),
  ]
}

const NO_EXTENDED_USAGE =
  'the worker refuses every request, since no extended key usage is allowed, and a certificate without one would be valid for every purpose; add "server auth", "client auth" or another usage that the client needs'

function usageWarnings({ usages = [] }: Allowed): readonly ConfigError[] {
  if (usages.length === 0) {
    return [
      warning(
        '/allowed/usages',
        'the worker refuses every request, since no usage is allowed; list what the client needs',
      ),
    ]
  }
  if (!usages.some(isExtendedKeyUsageName)) return [warning('/allowed/usages', NO_EXTENDED_USAGE)]
  return usages.flatMap((usage, index) => {
    const risk = RISKY_USAGES.get(usage)
    return risk === undefined
      ? []
      : [warning(`/allowed/usages/${String(index)}`, `"${usage}": ${risk}`)]
  })
}

const organizationWarnings = (patterns: readonly string[]): readonly ConfigError[] =>
  patterns.flatMap((pattern, index) =>
    matchesAny(compilePatterns([pattern]), CLUSTER_ADMINS)
      ? [
          warning(
            `/allowed/subject/organizations/values/${String(index)}`,
            `"${pattern}" matches "${CLUSTER_ADMINS}", whose members may do everything in a cluster that trusts the issuing CA for clients`,
          ),
        ]
      : [],
  )

function caWarnings(
  { allowed, profiles: names }: ClientEntry,
  profiles: ConfigFile['profiles'],
): readonly ConfigError[] {
  const mayAskForCa = allowed === undefined || allowed.isCA === true
  if (!mayAskForCa) return []
  return names.flatMap((name) => {
    const profile = profiles[name]
    const isUnlimited =
      profile?.isCA === true &&
      !profile.requireNameConstraints &&
      !profile.nameConstraints.permittedFromClient
    return isUnlimited
      ? [
          warning(
            allowed === undefined ? '/unrestricted' : '/allowed/isCA',
            `with profile "${name}" this client can get CA certificates without name constraints, each worth as much as the issuing CA; set requireNameConstraints in the profile`,
          ),
        ]
      : []
  })
}
