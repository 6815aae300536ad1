/**
 * Usages of a request that names none: never more than one that names them all would get.
 *
 * @module
 */
import {
  err,
  extKeyUsageToText,
  keyUsageToText,
  NAMED_USAGES,
  ok,
  type Result,
  usageMeaning,
} from '@edge-issuer/shared'
import {
  DIGITAL_SIGNATURE,
  isConsistent,
  isForCa,
  isOnlyWithAgreement,
  type KeyInUse,
  maskByKey,
} from '@edge-issuer/shared/x509'
import type { Violation } from '../messages.ts'
import { quoteList } from '../text.ts'
import { isWithinIssuers, listedUsages, type UsageRules } from './usage-rules.ts'

/** The two extensions; an empty list omits its extension. */
export interface Usages {
  /** Numbers of bits, ascending. */
  readonly keyUsage: readonly number[]
  /** Object identifiers, in the order they were requested. */
  readonly extKeyUsage: readonly string[]
}

/**
 * A certificate without extKeyUsage is good for every purpose, so a request that names none must not get
 * more than one that does. Usages that must be named are never added.
 */
export function completeExtKeyUsage(
  named: readonly string[],
  rules: UsageRules,
): Result<readonly string[], Violation> {
  if (named.length > 0) return ok(named)
  const listed = listedUsages(rules)
  if (listed === undefined) return ok([])
  const oids: string[] = []
  for (const usage of listed) {
    const meaning = usageMeaning(usage)
    if (meaning?.kind !== 'extKeyUsage' || NAMED_USAGES.has(usage)) continue
    if (isWithinIssuers(meaning.oid, rules)) addOnce(oids, meaning.oid)
  }
  if (rules.profile.onMissingUsages === 'fill' && oids.length > 0) return ok(oids)
  return err({
    code: 'usage_not_allowed',
    kind: oids.length > 0 ? 'usage_missing' : 'usage_none_allowed',
    field: 'usages',
    actual: '',
    rule: 'onMissingUsages',
    expected: oids.map(extKeyUsageToText),
  })
}

/** What is requested of keyUsage that the key can have, and the extended usages of the certificate. */
export interface PossibleUsages {
  readonly possible: readonly number[]
  readonly extKeyUsages: readonly string[]
}

/**
 * The same for keyUsage: without it a key may be used for every operation. Only what the extended usages
 * need is added.
 */
export function completeKeyUsage(
  { possible, extKeyUsages }: PossibleUsages,
  { key, isCA }: KeyInUse,
  rules: UsageRules,
): readonly number[] {
  if (possible.length > 0 || isCA) return possible
  const listed = listedUsages(rules)
  if (listed === undefined) return possible
  const bits: number[] = []
  for (const usage of listed) {
    const meaning = usageMeaning(usage)
    if (meaning?.kind === 'keyUsage' && isAdded(meaning.bit, extKeyUsages)) {
      addOnce(bits, meaning.bit)
    }
  }
  const filled = maskByKey(
    bits.toSorted((one, other) => one - other),
    { key, isCA },
  )
  return filled.length > 0 ? filled : [DIGITAL_SIGNATURE]
}

const isAdded = (bit: number, extKeyUsages: readonly string[]): boolean =>
  !isForCa(bit) && !isOnlyWithAgreement(bit) && isConsistent(bit, extKeyUsages)

/** @returns What to say of usages that are certified without being requested, one sentence each. */
export function addedUsages(requested: Usages, certified: Usages): readonly string[] {
  const warnings: string[] = []
  if (requested.extKeyUsage.length === 0 && certified.extKeyUsage.length > 0) {
    const added = quoteList(certified.extKeyUsage.map(extKeyUsageToText))
    warnings.push(
      `the request names no extended usage, so the certificate is limited to those that the profile and this client allow: ${added}`,
    )
  }
  if (requested.keyUsage.length === 0 && certified.keyUsage.length > 0) {
    const added = quoteList(certified.keyUsage.map(keyUsageToText))
    warnings.push(
      `the request names no key usage that its key can have, so the certificate is limited to ${added}`,
    )
  }
  return warnings
}

/** Lists are short: looking through one is faster than making a set of it. */
export function addOnce<T>(items: T[], item: T): void {
  if (!items.includes(item)) items.push(item)
}
