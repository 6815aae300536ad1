/**
 * Usage strings and what two of them have in common: `signing` is `digital signature`, and `s/mime`
 * is `email protection`.
 *
 * @module
 */
import {
  EXTENDED_KEY_USAGE_OIDS,
  isExtendedKeyUsageName,
  isKeyUsageName,
  KEY_USAGE_BITS,
} from './usages.ts'

/** Every usage string. */
export const USAGES: readonly string[] = [
  ...Object.keys(KEY_USAGE_BITS),
  ...Object.keys(EXTENDED_KEY_USAGE_OIDS),
]

/**
 * Usages with which one certificate can speak for a whole CA, or for any purpose: certified only where
 * the request names them.
 */
export const NAMED_USAGES: ReadonlySet<string> = new Set([
  'any',
  'code signing',
  'timestamping',
  'ocsp signing',
])

/** The meaning of a usage string: a bit of keyUsage, or an object identifier of extKeyUsage. */
export type UsageMeaning =
  | { readonly kind: 'keyUsage'; readonly bit: number }
  | { readonly kind: 'extKeyUsage'; readonly oid: string }

const MEANINGS: ReadonlyMap<string, UsageMeaning> = new Map([
  ...Object.entries(KEY_USAGE_BITS).map(([usage, bit]): [string, UsageMeaning] => [
    usage,
    { kind: 'keyUsage', bit },
  ]),
  ...Object.entries(EXTENDED_KEY_USAGE_OIDS).map(([usage, oid]): [string, UsageMeaning] => [
    usage,
    { kind: 'extKeyUsage', oid },
  ]),
])

/** @returns `undefined` for a string that cert-manager does not know. */
export const usageMeaning = (usage: string): UsageMeaning | undefined => MEANINGS.get(usage)

/** Whether one of `allowed` means the same as `usage`. */
export function includesUsage(allowed: readonly string[], usage: string): boolean {
  if (allowed.includes(usage)) return true
  const wanted = meaningKey(usage)
  return wanted !== undefined && allowed.some((name) => meaningKey(name) === wanted)
}

/** Bits and object identifiers do not share a value: one is a number, the other has dots. */
function meaningKey(usage: string): number | string | undefined {
  const meaning = usageMeaning(usage)
  return meaning?.kind === 'keyUsage' ? meaning.bit : meaning?.oid
}

/** The name of a bit of keyUsage. */
export const keyUsageToText = (bit: number): string =>
  USAGES.findLast((usage) => isKeyUsageName(usage) && KEY_USAGE_BITS[usage] === bit) ?? String(bit)

/** The name of an extended key usage, or its object identifier. */
export const extKeyUsageToText = (oid: string): string =>
  USAGES.find((usage) => isExtendedKeyUsageName(usage) && EXTENDED_KEY_USAGE_OIDS[usage] === oid) ??
  oid
