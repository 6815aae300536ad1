/**
 * Lints of what a key may be used for: basicConstraints, keyUsage and extKeyUsage.
 *
 * @module
 */
import { expectEnd, LINT_TAG, type LintScan } from './lint-der.ts'
import { ABSENT, EXTENSION_ID, type LintExtensions } from './lint-extension-list.ts'

/** Whole elements of object identifiers. */
const ANY_EXTENDED_KEY_USAGE = Uint8Array.of(6, 4, 0x55, 0x1d, 0x25, 0)
const TIME_STAMPING = Uint8Array.of(6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 8)
const EC_PUBLIC_KEY = Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1)
const ED25519 = Uint8Array.of(6, 3, 0x2b, 0x65, 0x70)

/** RFC 5280 §4.2.1.9. @returns Whether it is the certificate of a CA. */
export function lintBasicConstraints(scan: LintScan, found: LintExtensions): boolean {
  const { bytes } = scan
  const at = found.valueOf(EXTENSION_ID.basicConstraints)
  if (at === ABSENT) return false
  const end = scan.expect(LINT_TAG.sequence, at, bytes.length)
  let member = scan.insideOf(at)
  let isCA = false
  if (member < end && bytes[member] === LINT_TAG.boolean) {
    isCA = bytes[scan.insideOf(member)] !== 0
    member = scan.endOf(member, end)
  }
  if (isCA && !found.isCritical(EXTENSION_ID.basicConstraints)) {
    scan.report('e_basic_constraints_not_critical', at)
  }
  if (member < end) {
    expectEnd(scan.expect(LINT_TAG.integer, member, end), end)
    lintPathLength(scan, member, isCA && hasKeyUsage(scan, found, KEY_CERT_SIGN))
  }
  return isCA
}

function lintPathLength(scan: LintScan, at: number, signsCertificates: boolean): void {
  if ((scan.bytes[scan.insideOf(at)] ?? 0) >= 0x80) {
    scan.report('e_path_len_constraint_zero_or_less', at)
  }
  if (!signsCertificates) scan.report('e_path_len_constraint_improperly_included', at)
}

const KEY_ENCIPHERMENT = 2
const DATA_ENCIPHERMENT = 3
const KEY_AGREEMENT = 4
const KEY_CERT_SIGN = 5
const KEY_USAGE_BITS = 9

/** Whether a named bit of the BIT STRING at an offset is set. */
function hasBit(scan: LintScan, at: number, bit: number): boolean {
  const octet = scan.insideOf(at) + 1 + (bit >> 3)
  const isThere = octet < scan.endOf(at, scan.bytes.length)
  return isThere && ((scan.bytes[octet] ?? 0) & (0x80 >> (bit & 7))) !== 0
}

function hasKeyUsage(scan: LintScan, found: LintExtensions, bit: number): boolean {
  const at = found.valueOf(EXTENSION_ID.keyUsage)
  return at !== ABSENT && hasBit(scan, at, bit)
}

/** Whose key it is. */
interface KeyContext {
  readonly isCA: boolean
  /** Where the object identifier of the key is. */
  readonly keyAlgorithmAt: number
}

/** RFC 5280 §4.2.1.3. */
export function lintKeyUsage(
  scan: LintScan,
  found: LintExtensions,
  { isCA, keyAlgorithmAt }: KeyContext,
): void {
  const at = found.valueOf(EXTENSION_ID.keyUsage)
  if (at === ABSENT) {
    if (isCA) scan.reportMissing('e_ca_key_usage_missing', 'a CA')
    return
  }
  scan.expect(LINT_TAG.bitString, at, scan.bytes.length)
  lintNamedBits(scan, at)
  const signsCertificates = hasBit(scan, at, KEY_CERT_SIGN)
  if (isCA && !signsCertificates) scan.report('e_ca_key_cert_sign_not_set', at)
  if (!isCA && signsCertificates) scan.report('e_ext_key_usage_cert_sign_without_ca', at)
  lintPossibleUsage(scan, at, keyAlgorithmAt)
}

/** What keys of a kind cannot do (RFC 8813 §3, RFC 9295 §3). */
function lintPossibleUsage(scan: LintScan, at: number, keyAlgorithmAt: number): void {
  const enciphers = hasBit(scan, at, KEY_ENCIPHERMENT) || hasBit(scan, at, DATA_ENCIPHERMENT)
  if (enciphers && scan.isAt(EC_PUBLIC_KEY, keyAlgorithmAt)) scan.report('e_ecdsa_allowed_ku', at)
  if ((enciphers || hasBit(scan, at, KEY_AGREEMENT)) && scan.isAt(ED25519, keyAlgorithmAt)) {
    scan.report('e_ed25519_allowed_ku', at)
  }
}

/** At least one bit is set, the last one is (X.690 §11.2.2), and there are no more than nine. */
function lintNamedBits(scan: LintScan, at: number): void {
  const { bytes } = scan
  const from = scan.insideOf(at)
  const bits = (scan.endOf(at, bytes.length) - from - 1) * 8 - (bytes[from] ?? 0)
  if (bits <= 0) scan.report('e_ext_key_usage_without_bits', at)
  else if (!hasBit(scan, at, bits - 1)) scan.report('e_incorrect_ku_encoding', at)
  if (bits > KEY_USAGE_BITS) scan.report('e_key_usage_incorrect_length', at)
}

/**
 * RFC 5280 §4.2.1.12. In a CA certificate the purposes are those that it may certify, so what RFC 3161
 * §2.3 says of a certificate for time stamping is not for it.
 */
export function lintExtKeyUsage(scan: LintScan, found: LintExtensions, isCA: boolean): void {
  const { bytes } = scan
  const at = found.valueOf(EXTENSION_ID.extKeyUsage)
  if (at === ABSENT) return
  const end = scan.expect(LINT_TAG.sequence, at, bytes.length)
  const first = scan.insideOf(at)
  if (first === end) scan.report('e_ext_key_usage_empty', at)
  for (let purpose = first; purpose < end;) {
    const next = scan.expect(LINT_TAG.objectIdentifier, purpose, end)
    if (found.isCritical(EXTENSION_ID.extKeyUsage) && scan.isAt(ANY_EXTENDED_KEY_USAGE, purpose)) {
      scan.report('e_eku_critical_improperly', purpose)
    }
    if (!isCA && scan.isAt(TIME_STAMPING, purpose)) {
      if (purpose !== first || next !== end) scan.report('e_eku_time_stamping_not_alone', at)
      if (!found.isCritical(EXTENSION_ID.extKeyUsage))
        scan.report('e_eku_time_stamping_not_critical', at)
    }
    purpose = next
  }
}
