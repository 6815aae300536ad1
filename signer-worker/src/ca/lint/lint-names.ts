/**
 * Lints of names: the subject, subject alternative names, and name constraints.
 *
 * They know the rules of RFC 5280 only where this worker keeps them too. What it copies on purpose is no
 * violation here: strings of T.61, BMP and NumericString, `*` and `&` in a PrintableString, empty and long
 * values, underscores in DNS names, names that are there twice.
 *
 * @module
 */
import {
  expectEnd,
  latin1Of,
  LINT_TAG,
  lintForm,
  lintSetOrder,
  type LintScan,
  MalformedDer,
} from './lint-der.ts'

/**
 * RFC 5280 §4.1.2.4: at least one attribute in each RDN, and strings that are what their type says.
 *
 * @returns The end of the subject.
 */
export function lintSubject(scan: LintScan, at: number, limit: number): number {
  const end = scan.expect(LINT_TAG.sequence, at, limit)
  for (let rdn = scan.insideOf(at); rdn < end;) {
    const rdnEnd = scan.expect(LINT_TAG.set, rdn, end)
    const from = scan.insideOf(rdn)
    if (from === rdnEnd) scan.report('e_subject_dn_empty_rdn', rdn)
    let count = 0
    for (let attribute = from; attribute < rdnEnd; count += 1) {
      attribute = lintAttribute(scan, attribute, rdnEnd)
    }
    if (count > 1) lintSetOrder(scan, from, rdnEnd)
    rdn = rdnEnd
  }
  return end
}

function lintAttribute(scan: LintScan, at: number, limit: number): number {
  const { bytes } = scan
  const end = scan.expect(LINT_TAG.sequence, at, limit)
  const type = scan.insideOf(at)
  scan.expect(LINT_TAG.objectIdentifier, type, end)
  const value = lintForm(scan, type, end)
  expectEnd(scan.endOf(value, end), end)
  const from = scan.insideOf(value)
  if (!isPlainString(bytes, { tag: bytes[value] ?? 0, from, to: end })) {
    lintString(scan, value, end)
  }
  return end
}

/** By character: 1 in IA5String and UTF8String, 3 in PrintableString too (X.680 §41.4, and `*` and `&`). */
const PLAIN_CHARACTERS = new Uint8Array(0x1_00)
PLAIN_CHARACTERS.fill(1, 0x20, 0x7f)
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()*&+,-./:=?") {
  PLAIN_CHARACTERS[character.codePointAt(0) ?? 0] = 3
}

interface StringContents {
  readonly tag: number
  readonly from: number
  readonly to: number
}

/** Whether it is of a usual type, and there is nothing to check about its characters. */
function isPlainString(bytes: Uint8Array, { tag, from, to }: StringContents): boolean {
  if (tag !== LINT_TAG.utf8String && tag !== LINT_TAG.printableString) return false
  const wanted = tag === LINT_TAG.printableString ? 2 : 1
  for (let at = from; at < to; at += 1) {
    if (((PLAIN_CHARACTERS[bytes[at] ?? 0] ?? 0) & wanted) === 0) return false
  }
  return true
}

const PRINTABLE = /^[A-Za-z0-9 '()*&+,\-./:=?]*$/
const NUMERIC = /^[0-9 ]*$/
/** Unicode's category Cc: U+0000 to U+001F, and U+007F to U+009F. */
const CONTROL = /\p{Cc}/u
const EIGHT_BITS = /[\u0080-\u00ff]/

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const UTF16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true })

function lintString(scan: LintScan, at: number, end: number): void {
  const tag = scan.bytes[at] ?? 0
  const text = textOf(tag, scan.bytes.subarray(scan.insideOf(at), end))
  if (text === undefined) {
    scan.report('e_subject_dn_string_malformed', at)
    return
  }
  if (CONTROL.test(text)) scan.report('e_subject_dn_not_printable_characters', at)
  if (tag === LINT_TAG.printableString && !PRINTABLE.test(text)) {
    scan.report('e_subject_printable_string_badalpha', at)
  }
}

/** @returns `undefined` for bytes that are no text of their type; empty for a type that is not known. */
function textOf(tag: number, contents: Uint8Array): string | undefined {
  const latin1 = latin1Of(contents, 0, contents.length)
  switch (tag) {
    case LINT_TAG.utf8String: {
      return decode(UTF8, contents)
    }
    case LINT_TAG.bmpString: {
      return decode(UTF16, contents)
    }
    case LINT_TAG.teletexString: {
      return latin1
    }
    case LINT_TAG.printableString:
    case LINT_TAG.ia5String: {
      return EIGHT_BITS.test(latin1) ? undefined : latin1
    }
    case LINT_TAG.numericString: {
      return NUMERIC.test(latin1) ? latin1 : undefined
    }
    default: {
      return ''
    }
  }
}

function decode(decoder: typeof UTF8, contents: Uint8Array): string | undefined {
  try {
    return decoder.decode(contents)
  } catch {
    return undefined
  }
}

/** Tags of GeneralName (RFC 5280 §4.2.1.6). */
const OTHER_NAME = 0xa0
const EMAIL = 0x81
const DNS = 0x82
const DIRECTORY_NAME = 0xa4
const URI = 0x86
const IP = 0x87
const REGISTERED_ID = 0x88

/** RFC 5280 §4.2.1.6: at least one name, and none that is empty or no name of its kind. */
export function lintSubjectAltName(scan: LintScan, at: number, limit: number): void {
  const end = scan.expect(LINT_TAG.sequence, at, limit)
  const from = scan.insideOf(at)
  if (from === end) scan.report('e_ext_san_no_entries', at)
  for (let name = from; name < end;) {
    const nameEnd = scan.endOf(name, end)
    if (scan.insideOf(name) === nameEnd) scan.report('e_ext_san_empty_name', name)
    else lintGeneralName(scan, name, nameEnd)
    name = nameEnd
  }
}

function lintGeneralName(scan: LintScan, at: number, end: number): void {
  switch (scan.bytes[at]) {
    case DNS: {
      lintDnsName(scan, at, end)
      break
    }
    case EMAIL: {
      if (!/^[^@ ]+@[^@ ]+$/.test(asciiOf(scan, at, end))) {
        scan.report('e_ext_san_rfc822_format_invalid', at)
      }
      break
    }
    case URI: {
      lintUri(scan, at, end)
      break
    }
    case IP: {
      const length = end - scan.insideOf(at)
      if (length !== 4 && length !== 16) scan.report('e_ext_san_ip_address_length', at)
      break
    }
    case OTHER_NAME: {
      lintOtherName(scan, at, end)
      break
    }
    case DIRECTORY_NAME:
    case REGISTERED_ID: {
      break
    }
    case undefined:
    default: {
      scan.report('e_ext_san_form_unknown', at)
    }
  }
}

/** @returns The text, whatever is in it. */
function asciiOf(scan: LintScan, at: number, end: number): string {
  const text = latin1Of(scan.bytes, scan.insideOf(at), end)
  if (!/^[ -~]*$/.test(text)) scan.report('e_ext_san_not_ia5_text', at)
  return text
}

const DOT = 0x2e
const MAX_NAME_BYTES = 253
const MAX_LABEL_BYTES = 63

/** RFC 1034 §3.5, without what is a matter of policy: the characters of a label. */
function lintDnsName(scan: LintScan, name: number, end: number): void {
  const { bytes } = scan
  let labelFrom = scan.insideOf(name)
  if (end - labelFrom > MAX_NAME_BYTES) scan.report('e_rfc_dnsname_too_long', name)
  for (let at = labelFrom; at <= end; at += 1) {
    const octet = at < end ? (bytes[at] ?? 0) : DOT
    if (octet === DOT) {
      if (at === labelFrom) scan.report('e_rfc_dnsname_empty_label', name)
      if (at - labelFrom > MAX_LABEL_BYTES) scan.report('e_rfc_dnsname_label_too_long', name)
      labelFrom = at + 1
    } else if (octet <= 0x20 || octet > 0x7e) {
      scan.report(octet === 0x20 ? 'e_ext_san_space_dns_name' : 'e_ext_san_not_ia5_text', name)
    }
  }
}

/** RFC 3986 §4.3: a scheme, and something after it. */
function lintUri(scan: LintScan, at: number, end: number): void {
  const uri = asciiOf(scan, at, end)
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) scan.report('e_ext_san_uri_relative', at)
  else if (/:$|[ "<>\\^`{|}]/.test(uri)) scan.report('e_ext_san_uri_format_invalid', at)
}

/** What is inside of the value is for its type-id to say. */
function lintOtherName(scan: LintScan, at: number, end: number): void {
  const { bytes } = scan
  const type = scan.insideOf(at)
  const value = lintForm(scan, type, end)
  const isValue =
    bytes[type] === LINT_TAG.objectIdentifier &&
    value < end &&
    bytes[value] === OTHER_NAME &&
    scan.endOf(value, end) === end
  const inside = scan.insideOf(value)
  if (!isValue || inside >= end || scan.endOf(inside, end) !== end) {
    scan.report('e_ext_san_other_name_malformed', at)
  }
}

const PERMITTED = 0xa0
const EXCLUDED = 0xa1
const MINIMUM = 0x80

/** RFC 5280 §4.2.1.10: some subtree, of a base alone. */
export function lintNameConstraints(scan: LintScan, at: number, limit: number): void {
  const { bytes } = scan
  const end = scan.expect(LINT_TAG.sequence, at, limit)
  if (scan.insideOf(at) === end) scan.reportMissing('e_name_constraint_empty', 'no subtrees')
  let last = 0
  for (let part = scan.insideOf(at); part < end;) {
    const partEnd = scan.endOf(part, end)
    const tag = bytes[part] ?? 0
    if ((tag !== PERMITTED && tag !== EXCLUDED) || tag <= last) {
      throw new MalformedDer(`another member of nameConstraints at octet ${String(part)}`)
    }
    last = tag
    if (scan.insideOf(part) === partEnd) scan.report('e_name_constraint_empty', part)
    for (let subtree = scan.insideOf(part); subtree < partEnd;) {
      subtree = lintSubtree(scan, subtree, partEnd)
    }
    part = partEnd
  }
}

function lintSubtree(scan: LintScan, at: number, limit: number): number {
  const { bytes } = scan
  const end = scan.expect(LINT_TAG.sequence, at, limit)
  const base = scan.insideOf(at)
  const limits = scan.endOf(base, end)
  if (limits < end) {
    const isMinimum = bytes[limits] === MINIMUM
    scan.report(
      isMinimum ? 'e_name_constraint_minimum_non_zero' : 'e_name_constraint_maximum_not_absent',
      limits,
    )
  }
  const length = limits - scan.insideOf(base)
  if (bytes[base] === IP && length !== 8 && length !== 32) {
    scan.report('e_name_constraint_ip_length', base)
  }
  return end
}
