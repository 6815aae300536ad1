/**
 * Lints of extensions (RFC 5280 §4.2), and of what goes together.
 *
 * @module
 */
import { hexOf, LINT_TAG, type LintScan } from './lint-der.ts'
import { ABSENT, EXTENSION_ID, LintExtensions } from './lint-extension-list.ts'
import { lintNameConstraints, lintSubjectAltName } from './lint-names.ts'
import { lintBasicConstraints, lintExtKeyUsage, lintKeyUsage } from './lint-usages.ts'

/** What the rest of the certificate says. */
export interface LintContext {
  readonly isSubjectEmpty: boolean
  /** Where the object identifier of the subject's key is. */
  readonly keyAlgorithmAt: number
}

/** The whole element of its object identifier. */
const OCSP = Uint8Array.of(6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 1)

/** Checks the SEQUENCE OF Extension at an offset. */
export function lintExtensions(scan: LintScan, context: LintContext, at: number): void {
  const found = new LintExtensions(scan, at)
  lintCriticality(scan, found)
  const isCA = lintBasicConstraints(scan, found)
  lintKeyUsage(scan, found, { isCA, keyAlgorithmAt: context.keyAlgorithmAt })
  lintExtKeyUsage(scan, found, isCA)
  lintKeyIdentifiers(scan, found, isCA)
  lintNames(scan, found, { isCA, isSubjectEmpty: context.isSubjectEmpty })
  lintPolicies(scan, found)
  lintNoRevAvail(scan, found, isCA)
}

/** Extensions that must be critical, or must not be, whatever they say. */
const CRITICALITY: readonly (readonly [id: number, isCritical: boolean, lint: string])[] = [
  [EXTENSION_ID.subjectKeyIdentifier, false, 'e_ext_subject_key_identifier_critical'],
  [EXTENSION_ID.authorityKeyIdentifier, false, 'e_ext_authority_key_identifier_critical'],
  [EXTENSION_ID.authorityInfoAccess, false, 'e_ext_aia_marked_critical'],
  [EXTENSION_ID.freshestCRL, false, 'e_ext_freshest_crl_marked_critical'],
  [EXTENSION_ID.noRevAvail, false, 'e_ext_no_rev_avail_critical'],
  [EXTENSION_ID.nameConstraints, true, 'e_ext_name_constraints_not_critical'],
  [EXTENSION_ID.policyConstraints, true, 'e_ext_policy_constraints_not_critical'],
  [EXTENSION_ID.inhibitAnyPolicy, true, 'e_inhibit_any_policy_not_critical'],
  // SHOULD in RFC 5280 §4.2.1.3, and always so here.
  [EXTENSION_ID.keyUsage, true, 'w_ext_key_usage_not_critical'],
]

function lintCriticality(scan: LintScan, found: LintExtensions): void {
  for (const [id, wanted, lint] of CRITICALITY) {
    const at = found.valueOf(id)
    if (at !== ABSENT && found.isCritical(id) !== wanted) scan.report(lint, at)
  }
}

/** Tag of keyIdentifier in AuthorityKeyIdentifier. */
const KEY_IDENTIFIER = 0x80

/** RFC 5280 §4.2.1.1, §4.2.1.2. */
function lintKeyIdentifiers(scan: LintScan, found: LintExtensions, isCA: boolean): void {
  const { bytes } = scan
  const subject = found.valueOf(EXTENSION_ID.subjectKeyIdentifier)
  if (subject === ABSENT) {
    if (isCA) scan.reportMissing('e_ext_subject_key_identifier_missing_ca', 'a CA')
  } else if (scan.expect(LINT_TAG.octetString, subject, bytes.length) === scan.insideOf(subject)) {
    scan.report('e_ext_subject_key_identifier_empty', subject)
  }
  const authority = found.valueOf(EXTENSION_ID.authorityKeyIdentifier)
  if (authority === ABSENT || !hasKeyIdentifier(scan, authority)) {
    scan.reportMissing('e_ext_authority_key_identifier_no_key_identifier', 'no keyIdentifier')
  }
}

function hasKeyIdentifier(scan: LintScan, at: number): boolean {
  const end = scan.expect(LINT_TAG.sequence, at, scan.bytes.length)
  const first = scan.insideOf(at)
  return first < end && scan.bytes[first] === KEY_IDENTIFIER && scan.bytes[first + 1] !== 0
}

/** Whose names they are. */
interface NameContext {
  readonly isSubjectEmpty: boolean
  readonly isCA: boolean
}

/** RFC 5280 §4.1.2.6, §4.2.1.6, §4.2.1.10. */
function lintNames(
  scan: LintScan,
  found: LintExtensions,
  { isSubjectEmpty, isCA }: NameContext,
): void {
  const names = found.valueOf(EXTENSION_ID.subjectAltName)
  if (isSubjectEmpty) {
    if (isCA) scan.reportMissing('e_ca_subject_field_empty', 'a CA')
    if (names === ABSENT) scan.reportMissing('e_subject_empty_without_san', 'no names')
    else if (!found.isCritical(EXTENSION_ID.subjectAltName)) {
      scan.report('e_ext_san_not_critical_without_subject', names)
    }
  }
  if (names !== ABSENT) lintSubjectAltName(scan, names, scan.bytes.length)
  const constraints = found.valueOf(EXTENSION_ID.nameConstraints)
  if (constraints === ABSENT) return
  if (!isCA) scan.report('e_ext_name_constraints_not_in_ca', constraints)
  lintNameConstraints(scan, constraints, scan.bytes.length)
}

/** RFC 5280 §4.2.1.4, §4.2.1.11. */
function lintPolicies(scan: LintScan, found: LintExtensions): void {
  const { bytes } = scan
  const policies = found.valueOf(EXTENSION_ID.certificatePolicies)
  if (policies !== ABSENT) lintCertificatePolicies(scan, policies)
  const constraints = found.valueOf(EXTENSION_ID.policyConstraints)
  if (
    constraints !== ABSENT &&
    scan.insideOf(constraints) === scan.endOf(constraints, bytes.length)
  ) {
    scan.report('e_ext_policy_constraints_empty', constraints)
  }
}

function lintCertificatePolicies(scan: LintScan, at: number): void {
  const { bytes } = scan
  const oids = new Set<string>()
  const end = scan.expect(LINT_TAG.sequence, at, bytes.length)
  if (scan.insideOf(at) === end) scan.report('e_ext_cert_policy_empty', at)
  for (let information = scan.insideOf(at); information < end;) {
    const type = scan.insideOf(information)
    const next = scan.expect(LINT_TAG.sequence, information, end)
    const oid = hexOf(bytes, type, scan.expect(LINT_TAG.objectIdentifier, type, next))
    if (oids.has(oid)) scan.report('e_ext_cert_policy_duplicate', type)
    oids.add(oid)
    information = next
  }
}

/** RFC 9608 §4: who is never revoked is no CA, and names nothing that could say otherwise. */
function lintNoRevAvail(scan: LintScan, found: LintExtensions, isCA: boolean): void {
  const { bytes } = scan
  const at = found.valueOf(EXTENSION_ID.noRevAvail)
  if (at === ABSENT) return
  if (bytes[at] !== LINT_TAG.null) scan.report('e_no_rev_avail_value', at)
  if (isCA) scan.report('e_no_rev_avail_in_ca', at)
  const access = found.valueOf(EXTENSION_ID.authorityInfoAccess)
  if (
    found.valueOf(EXTENSION_ID.cRLDistributionPoints) !== ABSENT ||
    found.valueOf(EXTENSION_ID.freshestCRL) !== ABSENT ||
    (access !== ABSENT && namesOcsp(scan, access))
  ) {
    scan.report('e_no_rev_avail_with_revocation_pointer', at)
  }
}

function namesOcsp(scan: LintScan, at: number): boolean {
  const end = scan.expect(LINT_TAG.sequence, at, scan.bytes.length)
  for (let description = scan.insideOf(at); description < end;) {
    if (scan.isAt(OCSP, scan.insideOf(description))) return true
    description = scan.endOf(description, end)
  }
  return false
}
