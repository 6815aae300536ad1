/**
 * keyUsage and extKeyUsage: exactly what the request names, less what its key cannot do.
 *
 * @module
 */
import {
  err,
  EXTENDED_KEY_USAGE_OIDS,
  extKeyUsageToText,
  includesUsage,
  keyUsageToText,
  ok,
  type Result,
  usageMeaning,
} from '@edge-issuer/shared'
import {
  DIGITAL_SIGNATURE,
  ENCIPHERMENT,
  type ExtensionValues,
  isConsistent,
  isForCa,
  isPossible,
  KEY_AGREEMENT,
  maskByKey,
  type PublicKey,
  publicKeyToText,
} from '@edge-issuer/shared/x509'
import type { Finding, Violation } from '../messages.ts'
import { quote, quoteList } from '../text.ts'
import { found } from '../violations.ts'
import {
  addedUsages,
  addOnce,
  completeExtKeyUsage,
  completeKeyUsage,
  type Usages,
} from './usage-defaults.ts'
import {
  ANY_EXTENDED_KEY_USAGE,
  issuerLimit,
  profileAllowsUsage,
  type UsageRules,
} from './usage-rules.ts'

/** The requested usages, and what decides whether they are possible. */
export interface UsageRequest {
  readonly usages: readonly string[]
  readonly isCA: boolean
  readonly key: PublicKey
  /** What the certification request itself asks for. */
  readonly asked: ExtensionValues
}

/** The usages of a certificate, and the notices about them. */
export interface DecidedUsages extends Usages {
  /** Usages that were requested and are not certified, one sentence each. */
  readonly ignored: readonly string[]
  /** Usages that are certified without being requested, one sentence each. */
  readonly warnings: readonly string[]
}

/** Bits that TLS needs of a server's key: each verifier requires one of them, if there is a keyUsage. */
const SERVER_BITS: readonly number[] = [DIGITAL_SIGNATURE, 2, KEY_AGREEMENT]

/** @returns The usages of the certificate; or every violation. */
export function decideUsages(
  request: UsageRequest,
  rules: UsageRules,
): Result<DecidedUsages, readonly Violation[]> {
  const named = nameUsages(request.usages)
  const possible = maskByKey(named.keyUsage, request)
  const extKeyUsage = completeExtKeyUsage(named.extKeyUsage, rules)
  const extKeyUsages = extKeyUsage.ok ? extKeyUsage.value : []
  const keyUsage = completeKeyUsage({ possible, extKeyUsages }, request, rules)
  const violations = found(
    ...request.usages.map((usage, index) => checkUsage(usage, `usages[${String(index)}]`, rules)),
    ...(request.isCA ? [] : checkCaBits(named.keyUsage)),
    ...checkIssuerUsages(named.extKeyUsage, rules),
    extKeyUsage.ok ? undefined : extKeyUsage.error,
    request.isCA ? checkCaKeyUsage(possible) : checkPurpose(keyUsage, extKeyUsage),
    request.isCA ? undefined : checkTimeStamping(named.extKeyUsage),
    // A usage that is unknown is missing from `named`: it would be reported twice.
    ...(named.isComplete ? checkMatch(named, request.asked) : []),
  )
  if (violations.length > 0 || !extKeyUsage.ok) return err(violations)
  return ok({
    keyUsage,
    extKeyUsage: extKeyUsage.value,
    ignored: ignoredUsages(named.keyUsage, possible, request),
    warnings: addedUsages(
      { keyUsage: possible, extKeyUsage: named.extKeyUsage },
      { keyUsage, extKeyUsage: extKeyUsage.value },
    ),
  })
}

/** Extended usages with which a verifier accepts a certificate for a server; OpenSSL takes both SGC ones. */
const SERVER_USAGES: readonly string[] = [
  EXTENDED_KEY_USAGE_OIDS['server auth'],
  EXTENDED_KEY_USAGE_OIDS['microsoft sgc'],
  EXTENDED_KEY_USAGE_OIDS['netscape sgc'],
  ANY_EXTENDED_KEY_USAGE,
]

/**
 * Whether a verifier may accept a certificate with these usages for a TLS server: without extKeyUsage it
 * is good for every purpose (RFC 5280 §4.2.1.12), without keyUsage for every operation.
 */
export const isGoodForServers = ({ keyUsage, extKeyUsage }: Usages): boolean =>
  (extKeyUsage.length === 0 || SERVER_USAGES.some((oid) => extKeyUsage.includes(oid))) &&
  (keyUsage.length === 0 || SERVER_BITS.some((bit) => keyUsage.includes(bit)))

/** The meanings of usage strings, each once. */
interface NamedUsages extends Usages {
  /** Whether all of them are known. */
  readonly isComplete: boolean
}

function nameUsages(usages: readonly string[]): NamedUsages {
  const keyUsage: number[] = []
  const extKeyUsage: string[] = []
  let isComplete = true
  for (const usage of usages) {
    const meaning = usageMeaning(usage)
    if (meaning === undefined) isComplete = false
    else if (meaning.kind === 'keyUsage') addOnce(keyUsage, meaning.bit)
    else addOnce(extKeyUsage, meaning.oid)
  }
  if (keyUsage.length > 1) keyUsage.sort((one, other) => one - other)
  return { keyUsage, extKeyUsage, isComplete }
}

function checkUsage(
  usage: string,
  field: string,
  { profile, client }: UsageRules,
): Violation | undefined {
  const at = { field, actual: usage }
  if (usageMeaning(usage) === undefined)
    return { ...at, code: 'usage_unknown', kind: 'usage_unknown' }
  if (!profileAllowsUsage(profile, usage)) {
    const refused = { ...at, code: 'usage_not_allowed', rule: 'usages' } as const
    return profile.usages === null
      ? { ...refused, kind: 'usage_must_be_named' }
      : { ...refused, kind: 'usage_not_in_profile', expected: profile.usages }
  }
  const { allowed } = client
  return allowed === undefined || includesUsage(allowed.usages, usage)
    ? undefined
    : {
        ...at,
        code: 'usage_not_allowed',
        kind: 'usage_not_in_client',
        rule: 'allowed.usages',
        expected: allowed.usages,
      }
}

function ignoredUsages(
  named: readonly number[],
  possible: readonly number[],
  { key, isCA }: UsageRequest,
): readonly string[] {
  if (named.length === possible.length) return []
  return named
    .filter((bit) => !possible.includes(bit))
    .map((bit) => {
      const usage = quote(keyUsageToText(bit))
      if (isCA && ENCIPHERMENT.has(bit)) {
        return `the usage ${usage} is not certified: the key of a CA signs, and enciphers nothing`
      }
      return isPossible(bit, key)
        ? `the usage ${usage} is not certified: it means nothing without "key agreement"`
        : `the usage ${usage} is not certified: a key of kind ${publicKeyToText(key)} cannot be used for it`
    })
}

/** RFC 3161 §2.3: the extKeyUsage of a time-stamping authority is critical and names nothing else. */
const checkTimeStamping = (extKeyUsage: readonly string[]): Violation | undefined =>
  extKeyUsage.length > 1 && extKeyUsage.includes(EXTENDED_KEY_USAGE_OIDS.timestamping)
    ? notAllowed('timestamping', { kind: 'timestamping_not_alone' })
    : undefined

/** A violation of the usages as a whole. */
const notAllowed = (actual: string, finding: Finding): Violation => ({
  ...finding,
  code: 'usage_not_allowed',
  field: 'usages',
  actual,
})

/** Whether extKeyUsage must be critical: only for a time-stamping authority (RFC 3161 §2.3). */
export const isExtKeyUsageCritical = ({ extKeyUsage }: Usages): boolean =>
  extKeyUsage.length === 1 && extKeyUsage[0] === EXTENDED_KEY_USAGE_OIDS.timestamping

/** Without keyUsage, verifiers take a CA certificate for one that may sign anything. */
const checkCaKeyUsage = (possible: readonly number[]): Violation | undefined =>
  possible.length > 0 ? undefined : notAllowed('', { kind: 'ca_without_key_usage' })

/** RFC 5280 §4.2.1.3: only a CA signs certificates or CRLs. */
const checkCaBits = (bits: readonly number[]): readonly Violation[] =>
  bits.filter(isForCa).map((bit) => notAllowed(keyUsageToText(bit), { kind: 'usage_for_ca' }))

/** Verifiers take extKeyUsage of a CA for a limit, though RFC 5280 §4.2.1.12 does not say so. */
const checkIssuerUsages = (oids: readonly string[], rules: UsageRules): readonly Violation[] =>
  oids.flatMap((oid) => {
    const limit = issuerLimit(oid, rules)
    if (limit === undefined) return []
    const expected = limit.map(extKeyUsageToText)
    return [notAllowed(extKeyUsageToText(oid), { kind: 'usage_not_in_ca', expected })]
  })

/** "If there is no purpose consistent with both extensions", the certificate must not be used at all. */
function checkPurpose(
  keyUsage: readonly number[],
  extKeyUsages: Result<readonly string[], unknown>,
): Violation | undefined {
  const extKeyUsage = extKeyUsages.ok ? extKeyUsages.value : []
  if (keyUsage.length === 0 || extKeyUsage.length === 0) return undefined
  if (keyUsage.some((bit) => isConsistent(bit, extKeyUsage))) return undefined
  const actual = quoteList(extKeyUsage.map(extKeyUsageToText))
  return notAllowed(actual, {
    kind: 'usages_inconsistent',
    expected: keyUsage.map(keyUsageToText),
  })
}

/** What a certification request says about usages must be what the request says (cert-manager's rule). */
const checkMatch = (named: Usages, asked: ExtensionValues): readonly Violation[] =>
  found(
    checkSame('keyUsage', [asked.keyUsage, named.keyUsage], keyUsageToText),
    checkSame(
      'extKeyUsage',
      [asked.extKeyUsage && [...new Set(asked.extKeyUsage)], named.extKeyUsage],
      extKeyUsageToText,
    ),
  )

const checkSame = <T>(
  extension: string,
  [requested, named]: readonly [readonly T[] | undefined, readonly T[]],
  toText: (usage: T) => string,
): Violation | undefined =>
  requested === undefined || isSame(requested, named)
    ? undefined
    : {
        code: 'usage_mismatch',
        kind: 'usages_differ',
        field: 'usages',
        actual: quoteList(requested.map(toText)),
        rule: extension,
        expected: named.map(toText),
      }

const isSame = <T>(one: readonly T[], other: readonly T[]): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index])
