/**
 * Lints of names: the subject, subject alternative names, and the bases of name constraints.
 *
 * They know the rules of RFC 5280 only where this worker keeps them too. What it copies on purpose is no
 * violation here: strings of T.61, BMP and NumericString, `*` and `&` in a PrintableString, empty and long
 * values, underscores in DNS names, names that are there twice.
 *
 * @module
 */
import {
  childrenOf,
  type DerElement,
  expectTag,
  latin1Of,
  LINT_TAG,
  lintForm,
  MalformedDer,
  type ReportViolation,
} from './lint-der.ts'

/** RFC 5280 §4.1.2.4: at least one attribute in each RDN, and strings that are what their type says. */
export function lintSubject(subject: DerElement, report: ReportViolation): void {
  for (const rdn of childrenOf(expectTag(subject, LINT_TAG.sequence))) {
    const attributes = childrenOf(expectTag(rdn, LINT_TAG.set))
    if (attributes.length === 0) report('e_subject_dn_empty_rdn', rdn)
    for (const attribute of attributes) {
      const [type, value, ...more] = childrenOf(expectTag(attribute, LINT_TAG.sequence))
      expectTag(type, LINT_TAG.objectIdentifier)
      if (value === undefined || more.length > 0) throw new MalformedDer('an attribute')
      lintString(value, report)
    }
  }
  lintForm(subject, report)
}

/** X.680 §41.4, and the two characters that certificates in use have besides. */
const PRINTABLE = /^[A-Za-z0-9 '()*&+,\-./:=?]*$/
const NUMERIC = /^[0-9 ]*$/
/** Unicode's category Cc: U+0000 to U+001F, and U+007F to U+009F. */
const CONTROL = /\p{Cc}/u
const EIGHT_BITS = /[\u0080-\u00ff]/

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const UTF16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true })

function lintString(value: DerElement, report: ReportViolation): void {
  const text = textOf(value)
  if (text === undefined) {
    report('e_subject_dn_string_malformed', value)
    return
  }
  if (CONTROL.test(text)) {
    report('e_subject_dn_not_printable_characters', value)
  }
  if (value.tag === LINT_TAG.printableString && !PRINTABLE.test(text)) {
    report('e_subject_printable_string_badalpha', value)
  }
}

/** @returns `undefined` for octets that are no text of their type; empty for a type that is not known. */
function textOf(value: DerElement): string | undefined {
  switch (value.tag) {
    case LINT_TAG.utf8String: {
      return decode(UTF8, value)
    }
    case LINT_TAG.bmpString: {
      return decode(UTF16, value)
    }
    case LINT_TAG.teletexString: {
      return latin1Of(value)
    }
    case LINT_TAG.printableString:
    case LINT_TAG.ia5String: {
      const text = latin1Of(value)
      return EIGHT_BITS.test(text) ? undefined : text
    }
    case LINT_TAG.numericString: {
      const text = latin1Of(value)
      return NUMERIC.test(text) ? text : undefined
    }
    default: {
      return ''
    }
  }
}

function decode(decoder: typeof UTF8, { bytes, from, to }: DerElement): string | undefined {
  try {
    return decoder.decode(bytes.subarray(from, to))
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
export function lintSubjectAltName(names: DerElement, report: ReportViolation): void {
  const list = childrenOf(expectTag(names, LINT_TAG.sequence))
  if (list.length === 0) report('e_ext_san_no_entries', 'no names')
  for (const name of list) lintGeneralName(name, report)
}

function lintGeneralName(name: DerElement, report: ReportViolation): void {
  if (name.from === name.to) {
    report('e_ext_san_empty_name', name)
    return
  }
  switch (name.tag) {
    case DNS: {
      lintDnsName(name, report)
      break
    }
    case EMAIL: {
      if (!/^[^@ ]+@[^@ ]+$/.test(asciiOf(name, report))) {
        report('e_ext_san_rfc822_format_invalid', name)
      }
      break
    }
    case URI: {
      lintUri(name, report)
      break
    }
    case IP: {
      const length = name.to - name.from
      if (length !== 4 && length !== 16) report('e_ext_san_ip_address_length', name)
      break
    }
    case OTHER_NAME: {
      lintOtherName(name, report)
      break
    }
    case DIRECTORY_NAME:
    case REGISTERED_ID: {
      break
    }
    default: {
      report('e_ext_san_form_unknown', name)
    }
  }
}

/** @returns The text, whatever is in it. */
function asciiOf(name: DerElement, report: ReportViolation): string {
  const text = latin1Of(name)
  if (!/^[ -~]*$/.test(text)) report('e_ext_san_not_ia5_text', name)
  return text
}

const DOT = 0x2e
const MAX_NAME_OCTETS = 253
const MAX_LABEL_OCTETS = 63

/** RFC 1034 §3.5, without what is a matter of policy: the characters of a label. */
function lintDnsName(name: DerElement, report: ReportViolation): void {
  const { bytes, from, to } = name
  if (to - from > MAX_NAME_OCTETS) report('e_rfc_dnsname_too_long', name)
  let labelFrom = from
  for (let at = from; at <= to; at += 1) {
    const octet = at < to ? (bytes[at] ?? 0) : DOT
    if (octet === DOT) {
      if (at === labelFrom) report('e_rfc_dnsname_empty_label', name)
      if (at - labelFrom > MAX_LABEL_OCTETS) report('e_rfc_dnsname_label_too_long', name)
      labelFrom = at + 1
    } else if (octet === 0x20) report('e_ext_san_space_dns_name', name)
    else if (octet < 0x20 || octet > 0x7e) report('e_ext_san_not_ia5_text', name)
  }
}

/** RFC 3986 §4.3: a scheme, and something after it. */
function lintUri(name: DerElement, report: ReportViolation): void {
  const uri = asciiOf(name, report)
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) report('e_ext_san_uri_relative', name)
  else if (/:$|[ "<>\\^`{|}]/.test(uri)) report('e_ext_san_uri_format_invalid', name)
}

/** What is inside of the value is for its type-id to say. */
function lintOtherName(name: DerElement, report: ReportViolation): void {
  const [type, value, ...more] = childrenOf(name)
  if (type?.tag !== LINT_TAG.objectIdentifier || value?.tag !== OTHER_NAME || more.length > 0) {
    report('e_ext_san_other_name_malformed', name)
    return
  }
  lintForm(type, report)
  if (childrenOf(value).length !== 1) report('e_ext_san_other_name_malformed', name)
}

const PERMITTED = 0xa0
const EXCLUDED = 0xa1

/** RFC 5280 §4.2.1.10: some subtree, of a base alone. */
export function lintNameConstraints(constraints: DerElement, report: ReportViolation): void {
  const parts = childrenOf(expectTag(constraints, LINT_TAG.sequence))
  if (parts.length === 0) report('e_name_constraint_empty', 'no subtrees')
  let last = 0
  for (const part of parts) {
    const subtrees = childrenOf(part)
    const isKnown = part.tag === PERMITTED || part.tag === EXCLUDED
    if (!isKnown || part.tag <= last) throw new MalformedDer('another member of nameConstraints')
    last = part.tag
    if (subtrees.length === 0) report('e_name_constraint_empty', part)
    for (const subtree of subtrees) lintSubtree(subtree, report)
  }
}

function lintSubtree(subtree: DerElement, report: ReportViolation): void {
  const [base, ...limits] = childrenOf(expectTag(subtree, LINT_TAG.sequence))
  if (base === undefined) throw new MalformedDer('a subtree without a base')
  if (limits.some(({ tag }) => tag === 0x80)) report('e_name_constraint_minimum_non_zero', subtree)
  if (limits.some(({ tag }) => tag === 0x81))
    report('e_name_constraint_maximum_not_absent', subtree)
  const length = base.to - base.from
  if (base.tag === IP && length !== 8 && length !== 32)
    report('e_name_constraint_ip_length', subtree)
}
