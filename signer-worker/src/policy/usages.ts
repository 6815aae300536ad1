/**
 * keyUsage and extKeyUsage: exactly what the request names, less what its key cannot do.
 *
 * @module
 */
import {
  err,
  EXTENDED_KEY_USAGE_OIDS,
  ok,
  type Refusal,
  type RefusalCode,
  type Result,
} from '@edge-issuer/shared'
import { type ExtensionValues, type PublicKey, publicKeyToText } from '@edge-issuer/shared/x509'
import type { ClientPolicy } from './client-policy.ts'
import type { Profile } from './profile.ts'
import { joinRefusals } from './refusals.ts'
import { quote, quoteList } from './text.ts'
import { extKeyUsageToText, includesUsage, keyUsageToText, usageMeaning } from './usage-names.ts'

/** What usages are judged with. */
export interface UsageRequest {
  readonly usages: readonly string[]
  readonly isCA: boolean
  readonly key: PublicKey
  /** What the certification request itself asks for. */
  readonly asked: ExtensionValues
}

/** What usages are held against. */
export interface UsageRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** extKeyUsage of those CAs in the chain that have one: each limits what is below it. */
  readonly issuerUsages: readonly (readonly string[])[]
}

/** The two extensions; empty lists leave them out. */
export interface Usages {
  /** Numbers of bits, ascending. */
  readonly keyUsage: readonly number[]
  /** Object identifiers, in the order they were asked for. */
  readonly extKeyUsage: readonly string[]
}

/** keyEncipherment and dataEncipherment. */
const ENCIPHERMENT: ReadonlySet<number> = new Set([2, 3])
const KEY_AGREEMENT = 4
const KEY_CERT_SIGN = 5
const CRL_SIGN = 6
const ENCIPHER_ONLY = 7
const DECIPHER_ONLY = 8

const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0'

/** What a key can do: RFC 3279 §2.3.1, RFC 5480 §3 with RFC 8813, RFC 9295 for RFC 8410. */
const POSSIBLE_BITS: Readonly<Record<PublicKey['kind'], readonly number[]>> = {
  RSA: [0, 1, 2, 3, KEY_CERT_SIGN, CRL_SIGN],
  EC: [0, 1, KEY_AGREEMENT, KEY_CERT_SIGN, CRL_SIGN, ENCIPHER_ONLY, DECIPHER_ONLY],
  Ed25519: [0, 1, KEY_CERT_SIGN, CRL_SIGN],
  unsupported: [],
}

/** @returns The usages of the certificate; or every fault of those that were asked for. */
export function decideUsages(
  request: UsageRequest,
  rules: UsageRules,
): Result<Usages, readonly Refusal[]> {
  const named = nameUsages(request.usages)
  const { extKeyUsage } = named
  const keyUsage = maskByKey(named.keyUsage, request)
  const refusals = joinRefusals(
    ...request.usages.map((usage) => judgeUsage(usage, rules)),
    judgeAuthority(named.keyUsage, request.isCA),
    judgeIssuer(extKeyUsage, rules),
    judgeMask(named.keyUsage, keyUsage, request.key),
    request.isCA ? [] : judgePurpose({ keyUsage, extKeyUsage }),
    // A usage that is unknown is missing from `named`: it would be reported twice.
    named.isComplete ? judgeMatch(named, request.asked) : [],
  )
  return refusals.length > 0 ? err(refusals) : ok({ keyUsage, extKeyUsage })
}

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

/** Lists are short: looking through one is faster than making a set of it. */
function addOnce<T>(items: T[], item: T): void {
  if (!items.includes(item)) items.push(item)
}

function distinct<T>(items: readonly T[]): readonly T[] {
  const found: T[] = []
  for (const item of items) addOnce(found, item)
  return found
}

const refuse = (code: RefusalCode, detail: string): readonly Refusal[] => [{ code, detail }]

function judgeUsage(usage: string, { profile, client }: UsageRules): readonly Refusal[] {
  if (usageMeaning(usage) === undefined) {
    return refuse('usage_unknown', `the usage ${quote(usage)} is none of cert-manager's; change it`)
  }
  if (!includesUsage(profile.usages, usage)) {
    return refuse(
      'usage_not_allowed',
      `the usage ${quote(usage)} is none that the profile allows: ${quoteList(profile.usages)}; change the request, or ask the CA's operator`,
    )
  }
  const { allowed } = client
  return allowed === undefined || includesUsage(allowed.usages, usage)
    ? []
    : refuse(
        'usage_not_allowed',
        `the usage ${quote(usage)} is none of this client's allowed.usages: ${quoteList(allowed.usages)}; change the request, or ask the CA's operator`,
      )
}

/**
 * RFC 5280 §4.2.1.3: only a CA signs certificates or CRLs. One that does neither is of little use, but
 * Kubernetes' requests for a CA name their usages themselves, and cert-manager gives them no others.
 */
function judgeAuthority(bits: readonly number[], isCA: boolean): readonly Refusal[] {
  if (isCA) return []
  return bits
    .filter((bit) => bit === KEY_CERT_SIGN || bit === CRL_SIGN)
    .map((bit) => ({
      code: 'usage_not_allowed',
      detail: `the usage ${quote(keyUsageToText(bit))} is for CA certificates, and isCA is false; change one of them`,
    }))
}

/** Verifiers take extKeyUsage of a CA for a limit, though RFC 5280 §4.2.1.12 does not say so. */
function judgeIssuer(oids: readonly string[], { issuerUsages }: UsageRules): readonly Refusal[] {
  if (issuerUsages.length === 0) return []
  return oids.flatMap((oid) => {
    const limit = issuerUsages.find(
      (allowed) => !allowed.includes(oid) && !allowed.includes(ANY_EXTENDED_KEY_USAGE),
    )
    return limit === undefined
      ? []
      : refuse(
          'usage_not_allowed',
          `the usage ${quote(extKeyUsageToText(oid))} is none that the issuing CA's certificate is limited to: ${quoteList(limit.map(extKeyUsageToText))}; change the request, or use another issuer`,
        )
  })
}

/**
 * encipherOnly and decipherOnly mean nothing without keyAgreement (RFC 5280 §4.2.1.3). The key of a CA
 * enciphers nothing (RFC 3279 §2.3.1), though cert-manager's default asks for it.
 */
function maskByKey(
  bits: readonly number[],
  { key, isCA }: Pick<UsageRequest, 'key' | 'isCA'>,
): readonly number[] {
  const possible = bits.filter(
    (bit) => POSSIBLE_BITS[key.kind].includes(bit) && !(isCA && ENCIPHERMENT.has(bit)),
  )
  return possible.includes(KEY_AGREEMENT)
    ? possible
    : possible.filter((bit) => bit !== ENCIPHER_ONLY && bit !== DECIPHER_ONLY)
}

function judgeMask(
  named: readonly number[],
  left: readonly number[],
  key: PublicKey,
): readonly Refusal[] {
  if (named.length === 0 || left.length > 0) return []
  return refuse(
    'usage_not_allowed',
    `a key of kind ${publicKeyToText(key)} can do none of ${quoteList(named.map(keyUsageToText))}; change the usages or the key`,
  )
}

/** Bits that may go with an extended usage; others go with any (RFC 5280 §4.2.1.12). */
const CONSISTENT_BITS = new Map<string, readonly number[]>([
  [EXTENDED_KEY_USAGE_OIDS['server auth'], [0, 2, KEY_AGREEMENT]],
  [EXTENDED_KEY_USAGE_OIDS['client auth'], [0, KEY_AGREEMENT]],
  [EXTENDED_KEY_USAGE_OIDS['code signing'], [0]],
  [EXTENDED_KEY_USAGE_OIDS['email protection'], [0, 1, 2, KEY_AGREEMENT]],
  [EXTENDED_KEY_USAGE_OIDS.timestamping, [0, 1]],
  [EXTENDED_KEY_USAGE_OIDS['ocsp signing'], [0, 1]],
])

/** "If there is no purpose consistent with both extensions", the certificate must not be used at all. */
function judgePurpose({ keyUsage, extKeyUsage }: Usages): readonly Refusal[] {
  if (keyUsage.length === 0 || extKeyUsage.length === 0) return []
  const hasPurpose = extKeyUsage.some((oid) => {
    const bits = CONSISTENT_BITS.get(oid)
    return bits === undefined || bits.some((bit) => keyUsage.includes(bit))
  })
  if (hasPurpose) return []
  return refuse(
    'usage_not_allowed',
    `${quoteList(extKeyUsage.map(extKeyUsageToText))} cannot be done with ${quoteList(keyUsage.map(keyUsageToText))} alone (RFC 5280 section 4.2.1.12); change the usages`,
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
