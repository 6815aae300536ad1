/**
 * Lints of extensions (RFC 5280 §4.2): of each by itself, and of what goes together.
 *
 * @module
 */
import {
  childrenOf,
  type DerElement,
  expectTag,
  hexOf,
  insideOf,
  LINT_TAG,
  lintForm,
  MalformedDer,
  type ReportViolation,
} from './lint-der.ts'
import { lintNameConstraints, lintSubjectAltName } from './lint-names.ts'

/** What the rest of the certificate says. */
export interface LintContext {
  readonly isSubjectEmpty: boolean
  /** Object identifier of the subject's key, contents in hexadecimal. */
  readonly keyAlgorithm: string
}

interface FoundExtension {
  readonly isCritical: boolean
  /** Inside of the OCTET STRING. */
  readonly value: DerElement
}

type Found = ReadonlyMap<string, FoundExtension>

/** Contents of object identifiers, in hexadecimal. */
const OID = {
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  cRLDistributionPoints: '551d1f',
  certificatePolicies: '551d20',
  authorityKeyIdentifier: '551d23',
  policyConstraints: '551d24',
  extKeyUsage: '551d25',
  freshestCRL: '551d2e',
  inhibitAnyPolicy: '551d36',
  noRevAvail: '551d38',
  authorityInfoAccess: '2b06010505070101',
  ocsp: '2b06010505073001',
  anyExtendedKeyUsage: '551d2500',
  timeStamping: '2b06010505070308',
  ecPublicKey: '2a8648ce3d0201',
  ed25519: '2b6570',
} as const

/** Extensions that must be critical, or must not be, whatever they say. */
const CRITICALITY: readonly (readonly [oid: string, isCritical: boolean, lint: string])[] = [
  [OID.subjectKeyIdentifier, false, 'e_ext_subject_key_identifier_critical'],
  [OID.authorityKeyIdentifier, false, 'e_ext_authority_key_identifier_critical'],
  [OID.authorityInfoAccess, false, 'e_ext_aia_marked_critical'],
  [OID.freshestCRL, false, 'e_ext_freshest_crl_marked_critical'],
  [OID.noRevAvail, false, 'e_ext_no_rev_avail_critical'],
  [OID.nameConstraints, true, 'e_ext_name_constraints_not_critical'],
  [OID.policyConstraints, true, 'e_ext_policy_constraints_not_critical'],
  [OID.inhibitAnyPolicy, true, 'e_inhibit_any_policy_not_critical'],
  // SHOULD in RFC 5280 §4.2.1.3, and always so here.
  [OID.keyUsage, true, 'w_ext_key_usage_not_critical'],
]

/** @param list - Extensions, the SEQUENCE. */
export function lintExtensions(
  list: DerElement,
  context: LintContext,
  report: ReportViolation,
): void {
  const found = readExtensions(list, report)
  for (const [oid, isCritical, lint] of CRITICALITY) {
    const extension = found.get(oid)
    if (extension !== undefined && extension.isCritical !== isCritical) {
      report(lint, `critical is ${String(extension.isCritical)}`)
    }
  }
  const isCA = lintBasicConstraints(found, report)
  lintKeyUsage(found, { ...context, isCA }, report)
  lintExtKeyUsage(found, report)
  lintKeyIdentifiers(found, isCA, report)
  lintNames(found, { ...context, isCA }, report)
  lintPolicies(found, report)
  lintNoRevAvail(found, isCA, report)
}

function readExtensions(list: DerElement, report: ReportViolation): Found {
  const found = new Map<string, FoundExtension>()
  const extensions = childrenOf(expectTag(list, LINT_TAG.sequence))
  if (extensions.length === 0) report('e_extensions_empty', 'no extensions')
  for (const extension of extensions) {
    const parts = childrenOf(expectTag(extension, LINT_TAG.sequence))
    const type = expectTag(parts[0], LINT_TAG.objectIdentifier)
    lintForm(type, report)
    const critical = parts.length === 3 ? expectTag(parts[1], LINT_TAG.boolean) : undefined
    // A FALSE that is stated, as it is the default, is no BOOLEAN of this form either (X.690 §11.5).
    if (critical !== undefined) lintForm(critical, report)
    const value = insideOf(expectTag(parts[critical === undefined ? 1 : 2], LINT_TAG.octetString))
    if (parts.length > 3) throw new MalformedDer('an extension')
    const oid = hexOf(type)
    if (found.has(oid)) report('e_ext_duplicate_extension', oid)
    found.set(oid, { isCritical: critical !== undefined, value })
    // Other names have values of any type.
    if (oid !== OID.subjectAltName) lintForm(value, report)
  }
  return found
}

/** RFC 5280 §4.2.1.9. @returns Whether it is the certificate of a CA. */
function lintBasicConstraints(found: Found, report: ReportViolation): boolean {
  const extension = found.get(OID.basicConstraints)
  if (extension === undefined) return false
  const parts = childrenOf(expectTag(extension.value, LINT_TAG.sequence))
  const [first] = parts
  const cA = first?.tag === LINT_TAG.boolean ? first : undefined
  const isCA = cA !== undefined && hexOf(cA) !== '00'
  if (isCA && !extension.isCritical) report('e_basic_constraints_not_critical', 'a CA')
  const [pathLength, ...more] = cA === undefined ? parts : parts.slice(1)
  if (more.length > 0) throw new MalformedDer('another member of basicConstraints')
  if (pathLength !== undefined) {
    lintPathLength(pathLength, isCA && hasKeyUsage(found, KEY_CERT_SIGN), report)
  }
  return isCA
}

function lintPathLength(
  pathLength: DerElement,
  signsCertificates: boolean,
  report: ReportViolation,
): void {
  const { bytes, from } = expectTag(pathLength, LINT_TAG.integer)
  const number = hexOf(pathLength)
  if ((bytes[from] ?? 0) >= 0x80) report('e_path_len_constraint_zero_or_less', number)
  if (!signsCertificates) report('e_path_len_constraint_improperly_included', number)
}

const KEY_ENCIPHERMENT = 2
const DATA_ENCIPHERMENT = 3
const KEY_AGREEMENT = 4
const KEY_CERT_SIGN = 5
const KEY_USAGE_BITS = 9

const hasBit = ({ bytes, from, to }: DerElement, bit: number): boolean => {
  const at = from + 1 + (bit >> 3)
  return at < to && ((bytes[at] ?? 0) & (0x80 >> (bit & 7))) !== 0
}

function hasKeyUsage(found: Found, bit: number): boolean {
  const extension = found.get(OID.keyUsage)
  return extension !== undefined && hasBit(extension.value, bit)
}

type KeyContext = LintContext & { readonly isCA: boolean }

/** RFC 5280 §4.2.1.3. */
function lintKeyUsage(found: Found, context: KeyContext, report: ReportViolation): void {
  const extension = found.get(OID.keyUsage)
  if (extension === undefined) {
    if (context.isCA) report('e_ca_key_usage_missing', 'a CA')
    return
  }
  const usage = expectTag(extension.value, LINT_TAG.bitString)
  lintNamedBits(usage, report)
  const signsCertificates = hasBit(usage, KEY_CERT_SIGN)
  if (context.isCA && !signsCertificates) report('e_ca_key_cert_sign_not_set', hexOf(usage))
  if (!context.isCA && signsCertificates) {
    report('e_ext_key_usage_cert_sign_without_ca', hexOf(usage))
  }
  for (const [algorithm, bit, lint] of IMPOSSIBLE_USAGES) {
    if (algorithm === context.keyAlgorithm && hasBit(usage, bit)) report(lint, hexOf(usage))
  }
}

/** At least one bit is set, the last one is (X.690 §11.2.2), and there are no more than nine. */
function lintNamedBits(usage: DerElement, report: ReportViolation): void {
  const bits = (usage.to - usage.from - 1) * 8 - (usage.bytes[usage.from] ?? 0)
  if (bits <= 0) report('e_ext_key_usage_without_bits', hexOf(usage))
  else if (!hasBit(usage, bits - 1)) report('e_incorrect_ku_encoding', hexOf(usage))
  if (bits > KEY_USAGE_BITS) report('e_key_usage_incorrect_length', hexOf(usage))
}

/** What keys of a kind cannot do (RFC 8813 §3, RFC 9295 §3). */
const IMPOSSIBLE_USAGES: readonly (readonly [algorithm: string, bit: number, lint: string])[] = [
  [OID.ecPublicKey, KEY_ENCIPHERMENT, 'e_ecdsa_allowed_ku'],
  [OID.ecPublicKey, DATA_ENCIPHERMENT, 'e_ecdsa_allowed_ku'],
  [OID.ed25519, KEY_ENCIPHERMENT, 'e_ed25519_allowed_ku'],
  [OID.ed25519, DATA_ENCIPHERMENT, 'e_ed25519_allowed_ku'],
  [OID.ed25519, KEY_AGREEMENT, 'e_ed25519_allowed_ku'],
]

/** RFC 5280 §4.2.1.12, RFC 3161 §2.3. */
function lintExtKeyUsage(found: Found, report: ReportViolation): void {
  const extension = found.get(OID.extKeyUsage)
  if (extension === undefined) return
  const purposes = childrenOf(expectTag(extension.value, LINT_TAG.sequence)).map((purpose) =>
    hexOf(expectTag(purpose, LINT_TAG.objectIdentifier)),
  )
  if (purposes.length === 0) report('e_ext_key_usage_empty', 'no purposes')
  if (extension.isCritical && purposes.includes(OID.anyExtendedKeyUsage)) {
    report('e_eku_critical_improperly', 'anyExtendedKeyUsage')
  }
  if (purposes.includes(OID.timeStamping)) {
    if (purposes.length > 1) report('e_eku_time_stamping_not_alone', purposes.join(' '))
    if (!extension.isCritical) report('e_eku_time_stamping_not_critical', 'timeStamping')
  }
}

/** Tag of keyIdentifier in AuthorityKeyIdentifier. */
const KEY_IDENTIFIER = 0x80

/** RFC 5280 §4.2.1.1, §4.2.1.2. */
function lintKeyIdentifiers(found: Found, isCA: boolean, report: ReportViolation): void {
  const subject = found.get(OID.subjectKeyIdentifier)
  if (subject === undefined) {
    if (isCA) report('e_ext_subject_key_identifier_missing_ca', 'a CA')
  } else {
    const { from, to } = expectTag(subject.value, LINT_TAG.octetString)
    if (from === to) report('e_ext_subject_key_identifier_empty', 'no octets')
  }
  const authority = found.get(OID.authorityKeyIdentifier)
  const keyIdentifier =
    authority &&
    childrenOf(expectTag(authority.value, LINT_TAG.sequence)).find(
      ({ tag, from, to }) => tag === KEY_IDENTIFIER && to > from,
    )
  if (keyIdentifier === undefined) {
    report('e_ext_authority_key_identifier_no_key_identifier', 'no keyIdentifier')
  }
}

/** RFC 5280 §4.1.2.6, §4.2.1.6, §4.2.1.10. */
function lintNames(found: Found, context: KeyContext, report: ReportViolation): void {
  const { isSubjectEmpty, isCA } = context
  const names = found.get(OID.subjectAltName)
  if (isSubjectEmpty) {
    if (isCA) report('e_ca_subject_field_empty', 'a CA')
    if (names === undefined) report('e_subject_empty_without_san', 'no names')
    else if (!names.isCritical) {
      report('e_ext_san_not_critical_without_subject', 'critical is false')
    }
  }
  if (names !== undefined) lintSubjectAltName(names.value, report)
  const constraints = found.get(OID.nameConstraints)
  if (constraints === undefined) return
  if (!isCA) report('e_ext_name_constraints_not_in_ca', 'no CA')
  lintNameConstraints(constraints.value, report)
}

/** RFC 5280 §4.2.1.4, §4.2.1.11. */
function lintPolicies(found: Found, report: ReportViolation): void {
  const policies = found.get(OID.certificatePolicies)
  if (policies !== undefined) {
    const oids = childrenOf(expectTag(policies.value, LINT_TAG.sequence)).map((information) =>
      hexOf(expectTag(childrenOf(information)[0], LINT_TAG.objectIdentifier)),
    )
    if (oids.length === 0) report('e_ext_cert_policy_empty', 'no policies')
    if (new Set(oids).size < oids.length) report('e_ext_cert_policy_duplicate', oids.join(' '))
  }
  const constraints = found.get(OID.policyConstraints)
  if (constraints !== undefined && childrenOf(constraints.value).length === 0) {
    report('e_ext_policy_constraints_empty', 'no members')
  }
}

/** RFC 9608 §4: who is never revoked is no CA, and names nothing that could say otherwise. */
function lintNoRevAvail(found: Found, isCA: boolean, report: ReportViolation): void {
  const extension = found.get(OID.noRevAvail)
  if (extension === undefined) return
  if (extension.value.tag !== LINT_TAG.null) report('e_no_rev_avail_value', 'no NULL')
  if (isCA) report('e_no_rev_avail_in_ca', 'a CA')
  const access = found.get(OID.authorityInfoAccess)
  const methods =
    access === undefined ? [] : childrenOf(access.value).map((each) => childrenOf(each)[0])
  if (
    found.has(OID.cRLDistributionPoints) ||
    found.has(OID.freshestCRL) ||
    methods.some((method) => method !== undefined && hexOf(method) === OID.ocsp)
  ) {
    report('e_no_rev_avail_with_revocation_pointer', 'a CRL or an OCSP responder')
  }
}
