/**
 * cert-manager's usage strings (pkg/api/util/usages.go) and their meanings in a certificate.
 *
 * @module
 */

/** Bit of the keyUsage extension (RFC 5280 §4.2.1.3). */
export const KEY_USAGE_BITS = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
} as const

/** Object identifier in the extKeyUsage extension (RFC 5280 §4.2.1.12). */
export const EXTENDED_KEY_USAGE_OIDS = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
} as const

/** What cert-manager takes when no usage is named (v1.DefaultKeyUsages). */
export const DEFAULT_USAGES: readonly string[] = ['digital signature', 'key encipherment']

/** A usage string of a bit of keyUsage. */
export type KeyUsageName = keyof typeof KEY_USAGE_BITS

/** A usage string of an extended key usage. */
export type ExtendedKeyUsageName = keyof typeof EXTENDED_KEY_USAGE_OIDS

/** Whether `usage` names a bit of keyUsage. */
export const isKeyUsageName = (usage: string): usage is KeyUsageName =>
  Object.hasOwn(KEY_USAGE_BITS, usage)

/** Whether `usage` names an extended key usage. */
export const isExtendedKeyUsageName = (usage: string): usage is ExtendedKeyUsageName =>
  Object.hasOwn(EXTENDED_KEY_USAGE_OIDS, usage)

/**
 * The usages of a request as cert-manager completes them (pkg/util/pki/csr.go BuildKeyUsages):
 * defaults for none, and `cert sign` for a CA certificate.
 */
export function completeUsages(usages: readonly string[], isCA: boolean): readonly string[] {
  const named = usages.length === 0 ? DEFAULT_USAGES : usages
  return isCA && !named.includes('cert sign') ? [...named, 'cert sign'] : named
}
