/**
 * Lint before signing: the requirements (MUST) of RFC 5280 that can be checked on a TBSCertificate alone.
 *
 * It stands between what this worker means to issue and what leaves it: it reads the octets that are about
 * to be signed, and shares no code with policy, the writer or the reader, so that an error in one of them is
 * found here. `as-planned.ts` asks another question: whether a certificate is what was planned.
 *
 * @module
 */
import {
  childrenOf,
  type DerElement,
  elementAt,
  expectTag,
  hexOf,
  latin1Of,
  LINT_TAG,
  lintForm,
  type LintViolation,
  MalformedDer,
  placeOf,
  type ReportViolation,
} from './lint-der.ts'
import { lintExtensions } from './lint-extensions.ts'
import { lintSubject } from './lint-names.ts'

/** Tags of TBSCertificate (RFC 5280 §4.1). */
const VERSION = 0xa0
const ISSUER_UNIQUE_ID = 0x81
const SUBJECT_UNIQUE_ID = 0x82
const EXTENSIONS = 0xa3

/** @param tbs - TBSCertificate in DER. @returns What is wrong with it; empty when nothing is. */
export function lintTbsCertificate(tbs: Uint8Array): readonly LintViolation[] {
  const violations: LintViolation[] = []
  const report: ReportViolation = (lint, found) =>
    violations.push({ lint, detail: typeof found === 'string' ? found : placeOf(found) })
  try {
    lintFields(tbs, report)
  } catch (error) {
    // Where octets are no DER, what follows them cannot be checked.
    if (!(error instanceof MalformedDer)) throw error
    report('e_der_malformed', error.message)
  }
  return violations
}

function lintFields(tbs: Uint8Array, report: ReportViolation): void {
  const whole = expectTag(elementAt(tbs, 0, tbs.length), LINT_TAG.sequence)
  if (whole.to !== tbs.length) throw new MalformedDer('octets after the certificate')
  const [version, serialNumber, signature, issuer, validity, subject, key, ...rest] =
    childrenOf(whole)
  lintVersion(version, report)
  lintSerialNumber(expectTag(serialNumber, LINT_TAG.integer), report)
  lintSignature(expectTag(signature, LINT_TAG.sequence), report)
  const { from, to } = expectTag(issuer, LINT_TAG.sequence)
  if (from === to) report('e_issuer_field_empty', 'no names')
  lintValidity(expectTag(validity, LINT_TAG.sequence), report)
  const subjectName = expectTag(subject, LINT_TAG.sequence)
  lintSubject(subjectName, report)
  const keyInfo = expectTag(key, LINT_TAG.sequence)
  lintForm(keyInfo, report)
  const keyAlgorithm = childrenOf(expectTag(childrenOf(keyInfo)[0], LINT_TAG.sequence))[0]
  const context = {
    isSubjectEmpty: subjectName.from === subjectName.to,
    keyAlgorithm: hexOf(expectTag(keyAlgorithm, LINT_TAG.objectIdentifier)),
  }
  const extensions = rest.pop()
  for (const { tag } of rest) {
    const isUniqueId = tag === ISSUER_UNIQUE_ID || tag === SUBJECT_UNIQUE_ID
    if (!isUniqueId) throw new MalformedDer('another member of the certificate')
    report('e_cert_contains_unique_identifier', tag.toString(16))
  }
  const [list, ...more] = childrenOf(expectTag(extensions, EXTENSIONS))
  if (more.length > 0) throw new MalformedDer('more than one list of extensions')
  lintExtensions(expectTag(list, LINT_TAG.sequence), context, report)
}

/** RFC 5280 §4.1.2.1: v3, which is 2. */
function lintVersion(version: DerElement | undefined, report: ReportViolation): void {
  const number = hexOf(expectTag(version, VERSION))
  if (number !== '020102') report('e_invalid_certificate_version', number)
}

/** RFC 5280 §4.1.2.2. */
function lintSerialNumber(serialNumber: DerElement, report: ReportViolation): void {
  const { bytes, from, to } = serialNumber
  lintForm(serialNumber, report)
  const first = bytes[from] ?? 0
  if (first >= 0x80 || (first === 0 && to - from <= 1)) {
    report('e_serial_number_not_positive', hexOf(serialNumber))
  }
  if (to - from > 20) report('e_serial_number_longer_than_20_octets', hexOf(serialNumber))
}

/** Algorithms in hexadecimal, and whether NULL follows (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3). */
const SIGNATURE_PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d01010b', 'NULL'],
  ['2a864886f70d01010c', 'NULL'],
  ['2a864886f70d01010d', 'NULL'],
  ['2a8648ce3d040302', 'none'],
  ['2a8648ce3d040303', 'none'],
  ['2a8648ce3d040304', 'none'],
  ['2b6570', 'none'],
])

function lintSignature(signature: DerElement, report: ReportViolation): void {
  lintForm(signature, report)
  const [algorithm, ...parameters] = childrenOf(signature)
  const oid = hexOf(expectTag(algorithm, LINT_TAG.objectIdentifier))
  const wanted = SIGNATURE_PARAMETERS.get(oid)
  const isNull = parameters.length === 1 && parameters[0]?.tag === LINT_TAG.null
  if (wanted === undefined) report('e_signature_algorithm_not_supported', oid)
  else if (wanted === 'NULL' && !isNull) {
    report('e_tbs_signature_rsa_encryption_parameter_missing_null', oid)
  } else if (wanted === 'none' && parameters.length > 0) {
    report('e_tbs_signature_parameters_not_absent', oid)
  }
}

/** RFC 5280 §4.1.2.5. */
function lintValidity(validity: DerElement, report: ReportViolation): void {
  const [notBefore, notAfter, ...more] = childrenOf(validity)
  if (notBefore === undefined || notAfter === undefined || more.length > 0) {
    throw new MalformedDer('validity')
  }
  const begin = lintTime(notBefore, report)
  const end = lintTime(notAfter, report)
  if (begin > end) report('e_validity_time_not_positive', `${begin} to ${end}`)
}

/** First year of GeneralizedTime. Two digits from here on are of the century before. */
const GENERALIZED_FROM = '2050'

/** What a type of time looks like. */
const TIME_FORMS = {
  [LINT_TAG.utcTime]: { prefix: 'e_utc_time', digits: 12 },
  [LINT_TAG.generalizedTime]: { prefix: 'e_generalized_time', digits: 14 },
} as const

/** @returns `YYYYMMDDHHMMSS`, for comparing; or the text itself, where it is no time. */
function lintTime({ tag, ...time }: DerElement, report: ReportViolation): string {
  if (tag !== LINT_TAG.utcTime && tag !== LINT_TAG.generalizedTime) {
    throw new MalformedDer(`no time at octet ${String(time.start)}`)
  }
  const { prefix, digits } = TIME_FORMS[tag]
  const text = latin1Of({ tag, ...time })
  if (!text.endsWith('Z')) report(`${prefix}_not_in_zulu`, text)
  if (/[.,]/.test(text)) report(`${prefix}_includes_fraction_seconds`, text)
  else if (text.length < digits + 1) report(`${prefix}_does_not_include_seconds`, text)
  const stamp = centuryOf(tag, text) + text.slice(0, digits)
  if (text.length !== digits + 1 || !isOfCalendar(stamp)) report('e_validity_time_malformed', text)
  if (tag === LINT_TAG.generalizedTime && stamp < GENERALIZED_FROM) {
    report('e_wrong_time_format_pre2050', text)
  }
  return stamp
}

function centuryOf(tag: number, text: string): string {
  if (tag === LINT_TAG.generalizedTime) return ''
  return text >= GENERALIZED_FROM.slice(2) ? '19' : '20'
}

/** @param stamp - `YYYYMMDDHHMMSS`. A second 60 does not exist (RFC 5280 §4.1.2.5.1 has no leap seconds). */
function isOfCalendar(stamp: string): boolean {
  if (!/^\d{14}$/.test(stamp)) return false
  const day = Number(stamp.slice(6, 8))
  const days = daysOf(Number(stamp.slice(0, 4)), Number(stamp.slice(4, 6)))
  const [hour, minute, second] = [stamp.slice(8, 10), stamp.slice(10, 12), stamp.slice(12)]
  return day >= 1 && day <= days && hour < '24' && minute < '60' && second < '60'
}

const DAYS_OF_MONTH: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** @returns 0 for a month that does not exist. */
function daysOf(year: number, month: number): number {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month === 2 && isLeapYear ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0)
}
