/**
 * Lint before signing: the requirements (MUST) of RFC 5280 that can be checked on a TBSCertificate alone.
 *
 * It reads the bytes that are about to be signed, and shares no code with policy, the writer or the reader,
 * so that an error in one of them is found here. `verify-issued.ts` answers another question: whether a
 * certificate is what was planned.
 *
 * @module
 */
import {
  expectEnd,
  LINT_TAG,
  lintForm,
  LintScan,
  type LintViolation,
  MalformedDer,
} from './lint-der.ts'
import { lintExtensions } from './lint-extensions.ts'
import { lintSubject } from './lint-names.ts'

/** `[0] { INTEGER 2 }`: v3 (RFC 5280 §4.1.2.1). */
const VERSION_3 = Uint8Array.of(0xa0, 3, 2, 1, 2)

/** Tags of TBSCertificate (RFC 5280 §4.1). */
const VERSION = 0xa0
const ISSUER_UNIQUE_ID = 0x81
const SUBJECT_UNIQUE_ID = 0x82
const EXTENSIONS = 0xa3

/** RFC 5280 §4.1.2.2. */
const MAX_SERIAL_BYTES = 20

/** @param tbs - TBSCertificate in DER. @returns What is wrong with it; empty when nothing is. */
export function lintTbsCertificate(tbs: Uint8Array): readonly LintViolation[] {
  const scan = new LintScan(tbs)
  try {
    lintFields(scan)
  } catch (error) {
    // Where bytes are no DER, what follows them cannot be checked.
    if (!(error instanceof MalformedDer)) throw error
    scan.reportMissing('e_der_malformed', error.message)
  }
  return scan.violations
}

function lintFields(scan: LintScan): void {
  const { bytes } = scan
  const end = scan.expect(LINT_TAG.sequence, 0, bytes.length)
  expectEnd(end, bytes.length)
  const serialNumber = lintVersion(scan, scan.insideOf(0), end)
  const signature = lintSerialNumber(scan, serialNumber, end)
  const issuer = lintSignature(scan, signature, end)
  const validity = scan.expect(LINT_TAG.sequence, issuer, end)
  if (scan.insideOf(issuer) === validity) scan.report('e_issuer_field_empty', issuer)
  const subject = lintValidity(scan, validity, end)
  const key = lintSubject(scan, subject, end)
  scan.expect(LINT_TAG.sequence, key, end)
  const extensions = lintUniqueIds(scan, lintForm(scan, key, end), end)
  const context = {
    isSubjectEmpty: scan.insideOf(subject) === key,
    keyAlgorithmAt: scan.insideOf(scan.insideOf(key)),
  }
  expectEnd(scan.expect(EXTENSIONS, extensions, end), end)
  lintExtensions(scan, context, scan.insideOf(extensions))
}

/** @returns Its end, as all of these functions. */
function lintVersion(scan: LintScan, at: number, limit: number): number {
  const end = scan.expect(VERSION, at, limit)
  if (!scan.isAt(VERSION_3, at)) scan.report('e_invalid_certificate_version', at)
  return end
}

function lintSerialNumber(scan: LintScan, at: number, limit: number): number {
  const { bytes } = scan
  const end = scan.expect(LINT_TAG.integer, at, limit)
  lintForm(scan, at, limit)
  const from = scan.insideOf(at)
  const first = bytes[from] ?? 0
  if (first >= 0x80 || (first === 0 && end - from <= 1)) {
    scan.report('e_serial_number_not_positive', at)
  }
  if (end - from > MAX_SERIAL_BYTES) scan.report('e_serial_number_longer_than_20_octets', at)
  return end
}

/** RFC 5280 §4.1.2.8: only of certificates that a CA made long ago. */
function lintUniqueIds(scan: LintScan, from: number, limit: number): number {
  let at = from
  while (scan.bytes[at] === ISSUER_UNIQUE_ID || scan.bytes[at] === SUBJECT_UNIQUE_ID) {
    scan.report('e_cert_contains_unique_identifier', at)
    at = scan.endOf(at, limit)
  }
  return at
}

const NULL = [5, 0]
/** Object identifiers, and the parameters that follow (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3). */
const ALGORITHMS: readonly (readonly [oid: Uint8Array, parameters: readonly number[]])[] = [
  [Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2), []],
  [Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3), []],
  [Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4), []],
  [Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11), NULL],
  [Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12), NULL],
  [Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13), NULL],
  [Uint8Array.of(6, 3, 0x2b, 0x65, 0x70), []],
]

function lintSignature(scan: LintScan, at: number, limit: number): number {
  const end = scan.expect(LINT_TAG.sequence, at, limit)
  lintForm(scan, at, limit)
  const from = scan.insideOf(at)
  for (const [oid, parameters] of ALGORITHMS) {
    if (scan.isAt(oid, from)) {
      lintParameters(scan, parameters, [from + oid.length, end])
      return end
    }
  }
  scan.report('e_signature_algorithm_not_supported', at)
  return end
}

function lintParameters(
  scan: LintScan,
  wanted: readonly number[],
  [from, end]: readonly [from: number, end: number],
): void {
  if (
    end - from === wanted.length &&
    wanted.every((octet, at) => octet === scan.bytes[from + at])
  ) {
    return
  }
  const lint =
    wanted === NULL
      ? 'e_tbs_signature_rsa_encryption_parameter_missing_null'
      : 'e_tbs_signature_parameters_not_absent'
  scan.report(lint, from)
}

/** RFC 5280 §4.1.2.5. */
function lintValidity(scan: LintScan, at: number, limit: number): number {
  const end = scan.expect(LINT_TAG.sequence, at, limit)
  const notBefore = scan.insideOf(at)
  const notAfter = scan.endOf(notBefore, end)
  expectEnd(scan.endOf(notAfter, end), end)
  if (lintTime(scan, notBefore, notAfter) > lintTime(scan, notAfter, end)) {
    scan.report('e_validity_time_not_positive', at)
  }
  return end
}

/** First year of GeneralizedTime. Two digits from here on are of the century before. */
const GENERALIZED_FROM = 2050

/** @returns `YYYYMMDDHHMMSS` as a number, for comparing; NaN where it is no time. */
function lintTime(scan: LintScan, at: number, end: number): number {
  const { bytes } = scan
  const isUtc = bytes[at] === LINT_TAG.utcTime
  const from = scan.insideOf(at)
  const digits = isUtc ? 12 : 14
  const stamp = stampOf(bytes, from, isUtc)
  const isWhole = end - from === digits + 1 && bytes[end - 1] === LETTER_Z
  if (!isWhole || Number.isNaN(stamp) || (!isUtc && bytes[at] !== LINT_TAG.generalizedTime)) {
    reportTime(scan, at, end)
  }
  if (!isUtc && stamp < GENERALIZED_FROM * 1e10) scan.report('e_wrong_time_format_pre2050', at)
  return stamp
}

const LETTER_Z = 0x5a
const DAYS_OF_MONTH: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** A time of the calendar, without a leap second (RFC 5280 §4.1.2.5.1). */
function stampOf(bytes: Uint8Array, from: number, isUtc: boolean): number {
  const year = isUtc
    ? yearOf(twoDigits(bytes, from))
    : twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2)
  const rest = from + (isUtc ? 2 : 4)
  const month = twoDigits(bytes, rest)
  const day = twoDigits(bytes, rest + 2)
  const hour = twoDigits(bytes, rest + 4)
  const minute = twoDigits(bytes, rest + 6)
  const second = twoDigits(bytes, rest + 8)
  const isDay = day >= 1 && day <= daysOf(year, month)
  if (!isDay || hour > 23 || minute > 59 || second > 59) return Number.NaN
  return ((((year * 100 + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second
}

const yearOf = (twoDigitsOfYear: number): number =>
  twoDigitsOfYear < GENERALIZED_FROM % 100 ? 2000 + twoDigitsOfYear : 1900 + twoDigitsOfYear

/** @returns NaN where there are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30
  const ones = (bytes[at + 1] ?? 0) - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** @returns 0 for a month that does not exist. */
function daysOf(year: number, month: number): number {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month === 2 && isLeapYear ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0)
}

/** What is wrong with a time that is not a plain one. */
function reportTime(scan: LintScan, at: number, end: number): void {
  const text = Array.from(scan.bytes.subarray(scan.insideOf(at), end), (octet) =>
    String.fromCodePoint(octet),
  ).join('')
  const isUtc = scan.bytes[at] === LINT_TAG.utcTime
  if (!isUtc && scan.bytes[at] !== LINT_TAG.generalizedTime) {
    throw new MalformedDer(`no time at octet ${String(at)}`)
  }
  const lint = isUtc ? 'e_utc_time' : 'e_generalized_time'
  if (!text.endsWith('Z')) scan.report(`${lint}_not_in_zulu`, at)
  if (/[.,]/.test(text)) scan.report(`${lint}_includes_fraction_seconds`, at)
  else if (text.length < (isUtc ? 13 : 15)) scan.report(`${lint}_does_not_include_seconds`, at)
  scan.report('e_validity_time_malformed', at)
}
