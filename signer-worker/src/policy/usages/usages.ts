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
  type Refusal,
  type RefusalCode,
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
import { joinRefusals } from '../refusals.ts'
import { quote, quoteList } from '../text.ts'
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

/** What usages are judged with. */
export interface UsageRequest {
  readonly usages: readonly string[]
  readonly isCA: boolean
  readonly key: PublicKey
  /** What the certification request itself asks for. */
  readonly asked: ExtensionValues
}

/** The usages of a certificate, and what to say about them. */
export interface DecidedUsages extends Usages {
  /** Usages that were requested and are not certified, one sentence each. */
  readonly ignored: readonly string[]
  /** Usages that are certified without being requested, one sentence each. */
  readonly warnings: readonly string[]
}

/** Bits that TLS needs of a server's key: each verifier wants one of them, if there is a keyUsage. */
const SERVER_BITS: readonly number[] = [DIGITAL_SIGNATURE, 2, KEY_AGREEMENT]

/** @returns The usages of the certificate; or every violation. */
export function decideUsages(
  request: UsageRequest,
  rules: UsageRules,
): Result<DecidedUsages, readonly Refusal[]> {
  const named = nameUsages(request.usages)
  const possible = maskByKey(named.keyUsage, request)
  const extKeyUsage = completeExtKeyUsage(named.extKeyUsage, rules)
  const extKeyUsages = extKeyUsage.ok ? extKeyUsage.value : []
  const keyUsage = completeKeyUsage({ possible, extKeyUsages }, request, rules)
  const refusals = joinRefusals(
    ...request.usages.map((usage) => judgeUsage(usage, rules)),
    judgeAuthority(named.keyUsage, request.isCA),
    judgeIssuer(named.extKeyUsage, rules),
    extKeyUsage.ok ? NONE : extKeyUsage.error,
    request.isCA ? checkCaKeyUsage(possible) : checkPurpose(keyUsage, extKeyUsage),
    request.isCA ? NONE : checkTimeStamping(named.extKeyUsage),
    // A usage that is unknown is missing from `named`: it would be reported twice.
    named.isComplete ? judgeMatch(named, request.asked) : NONE,
  )
  if (refusals.length > 0 || !extKeyUsage.ok) return err(refusals)
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

const NONE: readonly Refusal[] = []

const refuse = (code: RefusalCode, detail: string): readonly Refusal[] => [{ code, detail }]

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

/** What usage strings stand for, each once. */
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

function distinct<T>(items: readonly T[]): readonly T[] {
  const found: T[] = []
  for (const item of items) addOnce(found, item)
  return found
}

function judgeUsage(usage: string, { profile, client }: UsageRules): readonly Refusal[] {
  if (usageMeaning(usage) === undefined) {
    return refuse(
      'usage_unknown',
      `unknown usage ${quote(usage)}; use one of cert-manager's KeyUsage list`,
    )
  }
  if (!profileAllowsUsage(profile, usage)) {
    return refuse(
      'usage_not_allowed',
      profile.usages === null
        ? `the usage ${quote(usage)} is allowed only where the profile's usages name it; change the request, or ask the CA's operator`
        : `the usage ${quote(usage)} is not among the profile's usages: ${quoteList(profile.usages)}; change the request, or ask the CA's operator`,
    )
  }
  const { allowed } = client
  return allowed === undefined || includesUsage(allowed.usages, usage)
    ? NONE
    : refuse(
        'usage_not_allowed',
        `the usage ${quote(usage)} is not among this client's allowed.usages: ${quoteList(allowed.usages)}; change the request, or ask the CA's operator`,
      )
}

const NO_NOTICES: readonly string[] = []

function ignoredUsages(
  named: readonly number[],
  possible: readonly number[],
  { key, isCA }: UsageRequest,
): readonly string[] {
  if (named.length === possible.length) return NO_NOTICES
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
function checkTimeStamping(extKeyUsage: readonly string[]): readonly Refusal[] {
  const oid = EXTENDED_KEY_USAGE_OIDS.timestamping
  return extKeyUsage.length > 1 && extKeyUsage.includes(oid)
    ? refuse(
        'usage_not_allowed',
        'the usage "timestamping" must be the only extended usage (RFC 3161 section 2.3); request a certificate of its own for the other usages',
      )
    : NONE
}

/** Whether extKeyUsage is to be critical: only for a time-stamping authority (RFC 3161 §2.3). */
export const isExtKeyUsageCritical = ({ extKeyUsage }: Usages): boolean =>
  extKeyUsage.length === 1 && extKeyUsage[0] === EXTENDED_KEY_USAGE_OIDS.timestamping

/** Without keyUsage, verifiers take a CA certificate for one that may sign anything. */
function checkCaKeyUsage(possible: readonly number[]): readonly Refusal[] {
  return possible.length > 0
    ? NONE
    : refuse(
        'usage_not_allowed',
        'a CA certificate must have a keyUsage, and the request names no key usage that its key can have; add "cert sign"',
      )
}

/** RFC 5280 §4.2.1.3: only a CA signs certificates or CRLs. */
function judgeAuthority(bits: readonly number[], isCA: boolean): readonly Refusal[] {
  if (isCA) return []
  return bits.filter(isForCa).map((bit) => ({
    code: 'usage_not_allowed',
    detail: `the usage ${quote(keyUsageToText(bit))} is for CA certificates, and isCA is false; change one of them`,
  }))
}

/** Verifiers take extKeyUsage of a CA for a limit, though RFC 5280 §4.2.1.12 does not say so. */
function judgeIssuer(oids: readonly string[], rules: UsageRules): readonly Refusal[] {
  if (rules.issuerUsages.length === 0) return NONE
  return oids.flatMap((oid) => {
    const limit = issuerLimit(oid, rules)
    return limit === undefined
      ? NONE
      : refuse(
          'usage_not_allowed',
          `the usage ${quote(extKeyUsageToText(oid))} is not among those that the issuing CA's certificate is limited to: ${quoteList(limit.map(extKeyUsageToText))}; change the request, or use another issuer`,
        )
  })
}

/** "If there is no purpose consistent with both extensions", the certificate must not be used at all. */
function checkPurpose(
  keyUsage: readonly number[],
  extKeyUsages: Result<readonly string[], unknown>,
): readonly Refusal[] {
  if (!extKeyUsages.ok || keyUsage.length === 0 || extKeyUsages.value.length === 0) return NONE
  const { value: extKeyUsage } = extKeyUsages
  if (keyUsage.some((bit) => isConsistent(bit, extKeyUsage))) return NONE
  return refuse(
    'usage_not_allowed',
    `no extended usage of ${quoteList(extKeyUsage.map(extKeyUsageToText))} is possible with ${quoteList(keyUsage.map(keyUsageToText))} alone (RFC 5280 section 4.2.1.12); change the usages`,
  )
}

/** What a certification request says about usages must be what the request says (cert-manager's rule). */
function judgeMatch(named: Usages, asked: ExtensionValues): readonly Refusal[] {
  const extKeyUsage = asked.extKeyUsage && distinct(asked.extKeyUsage)
  return joinRefusals(
    mismatch('keyUsage', [asked.keyUsage, named.keyUsage], keyUsageToText),
    mismatch('extKeyUsage', [extKeyUsage, named.extKeyUsage], extKeyUsageToText),
  )
}

function mismatch<T>(
  extension: string,
  [found, wanted]: readonly [readonly T[] | undefined, readonly T[]],
  toText: (usage: T) => string,
): readonly Refusal[] {
  if (found === undefined || isSame(found, wanted)) return []
  return refuse(
    'usage_mismatch',
    `the certification request has the ${extension} ${quoteList(found.map(toText))}, and the request names ${quoteList(wanted.map(toText))}; make them the same`,
  )
}

const isSame = <T>(one: readonly T[], other: readonly T[]): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index])
