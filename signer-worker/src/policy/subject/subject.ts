/**
 * The subject: attributes and values that verifiers can read, and that the profile, the client and the
 * issuing CA allow.
 *
 * @module
 */
import {
  attributeTypeToText,
  type GeneralName,
  ipToText,
  type Name,
  type NameAttribute,
  type NameConstraints,
  nameToText,
  type SubjectAttribute,
  TAG,
} from '@edge-issuer/shared/x509'
import type { Finding, Violation } from '../messages.ts'
import { checkEmail } from '../names/email.ts'
import { checkClientRules, checkIssuerConstraints, type NameRules } from '../names/names.ts'
import { checkPatternRule, missingRequired } from '../rules/pattern-rule.ts'
import type { Profile } from '../rules/profile.ts'
import { hasControlCharacter } from '../text.ts'
import { found, violationOf } from '../violations.ts'
import { checkCommonNameHost, type CommonNames, hostsInCommonNames } from './common-name.ts'
import { isSameDistinguishedName } from './distinguished-name.ts'

/** The parts of a request that a subject is checked with. */
export interface NamedRequest extends CommonNames {
  readonly isCA: boolean
}

/** What a subject is checked against. */
export interface SubjectRules extends NameRules {
  /** Subjects of the issuing CA and of every CA above it. */
  readonly caSubjects: readonly Name[]
}

/** Upper bounds of RFC 5280 appendix A.1, in characters. UID and DC have none there. */
const MAX_CHARACTERS: Readonly<Record<SubjectAttribute, number>> = {
  C: 2,
  O: 64,
  OU: 64,
  CN: 64,
  serialNumber: 64,
  L: 128,
  ST: 128,
  STREET: 128,
  postalCode: 16,
  DC: 63,
  UID: 256,
  emailAddress: 255,
}

/** Where a rule for an attribute without a member of its own is. */
const OTHER_ATTRIBUTES = 'allowed.subject.otherAttributes'

/** Attribute types of X.520, whose strings are DirectoryStrings or PrintableStrings, never IA5Strings. */
const X520 = /^2\.5\.4\./

/** @returns Every violation of the subject, and of its absence. */
export function checkSubject(request: NamedRequest, rules: SubjectRules): readonly Violation[] {
  const { subject, names, isForServers } = request
  const checks = [checkPresence(request, rules.profile), checkNotOfCa(subject, rules.caSubjects)]
  for (const attribute of subject.rdns.flat()) {
    checks.push(
      checkAttribute(attribute, rules),
      checkCommonName(attribute, names, rules),
      checkEmailAddress(attribute, rules),
    )
  }
  const hosts = isForServers ? hostsInCommonNames(subject, names) : []
  checks.push(...hosts.map((host) => checkCommonNameHost(host, rules)))
  return found(...checks, ...checkRequired(subject, rules))
}

function checkPresence(
  { subject, names, isCA }: NamedRequest,
  { emptyCaSubject }: Profile,
): Violation | undefined {
  if (subject.rdns.length > 0) return undefined
  if (isCA && !emptyCaSubject) return { ...SUBJECT, kind: 'ca_without_subject' }
  return names.length === 0 ? { ...SUBJECT, kind: 'no_name_at_all' } : undefined
}

/** A violation of the subject as a whole. */
const SUBJECT = { code: 'subject_not_allowed', field: 'subject', actual: '' } as const

/**
 * A certificate whose subject is that of a CA above it counts as issued by itself: verifiers then do
 * not check it against name constraints and path lengths (RFC 5280 §6.1).
 */
const checkNotOfCa = (subject: Name, caSubjects: readonly Name[]): Violation | undefined =>
  subject.rdns.length > 0 && caSubjects.some((ca) => isSameDistinguishedName(ca, subject))
    ? { ...SUBJECT, kind: 'subject_of_ca', actual: nameToText(subject) }
    : undefined

function checkAttribute(attribute: NameAttribute, rules: NameRules): Violation | undefined {
  const { oid, type, value } = attribute
  const { subjectAttributes } = rules.profile
  const typeText = attributeTypeToText(oid)
  const at = { code: 'subject_not_allowed', field: fieldOf(attribute) } as const
  if (
    subjectAttributes !== null &&
    !subjectAttributes.includes(oid) &&
    !(type !== undefined && subjectAttributes.includes(type))
  ) {
    const rule = 'subjectAttributes'
    return { ...at, kind: 'attribute_type', actual: typeText, rule, expected: subjectAttributes }
  }
  const actual = `${typeText}=${value}`
  const malformed = checkValue(attribute, rules.profile)
  if (malformed !== undefined) return { ...malformed, ...at, actual, context: 'malformed' }
  const { allowed } = rules.client
  // An email address may be allowed as one: checkEmailAddress() compares it with allowed.emailAddresses.
  if (allowed === undefined || (type === 'emailAddress' && !allowed.subject.byKind.has(oid))) {
    return undefined
  }
  const refused = checkPatternRule(allowed.subject, { kind: oid, text: value }, OTHER_ATTRIBUTES)
  return refused && { ...refused, ...at, actual, context: 'refused' }
}

/** @returns `commonName`, or `subject.O`. */
const fieldOf = ({ oid, type }: NameAttribute): string =>
  type === 'CN' ? 'commonName' : `subject.${attributeTypeToText(oid)}`

function checkRequired({ rdns }: Name, { client: { allowed } }: NameRules): readonly Violation[] {
  if (allowed === undefined) return []
  const attributes = rdns.flat()
  const hasKind = (kind: string): boolean => attributes.some(({ oid }) => oid === kind)
  return missingRequired(allowed.subject, hasKind).map(violationOf(SUBJECT))
}

function checkValue(
  { oid, type, tag, value }: NameAttribute,
  { rfc5280UpperBounds }: Profile,
): Finding | undefined {
  if (hasControlCharacter(value)) return { kind: 'control_character' }
  if (tag === TAG.ia5String && X520.test(oid)) return { kind: 'ia5_string' }
  return rfc5280UpperBounds && type !== undefined ? checkBounds(type, tag, value) : undefined
}

function checkBounds(type: SubjectAttribute, tag: number, value: string): Finding | undefined {
  const rule = 'rfc5280UpperBounds'
  const size = countCharacters(value)
  const most = MAX_CHARACTERS[type]
  if (type === 'C' && (size !== most || tag !== TAG.printableString)) {
    return { kind: 'country_code', rule }
  }
  // RFC 5280 appendix A.1: X520SerialNumber.
  if (type === 'serialNumber' && tag !== TAG.printableString) {
    return { kind: 'printable_string', rule }
  }
  if (size === 0) return { kind: 'value_empty', rule }
  return size > most ? { kind: 'value_too_long', rule, expected: [String(most)], size } : undefined
}

/** Code points, not UTF-16 units: a character outside the first plane counts once. */
const countCharacters = (text: string): number => Array.from(text).length

/** Under `requireInSANs` a common name must be one of the names, so that it adds none of its own. */
function checkCommonName(
  { type, value }: NameAttribute,
  names: readonly GeneralName[],
  { profile }: NameRules,
): Violation | undefined {
  if (type !== 'CN' || profile.commonName === 'allow') return undefined
  return names.some((name) => isSameName(name, value))
    ? undefined
    : {
        code: 'subject_not_allowed',
        kind: 'common_name_not_in_sans',
        field: 'commonName',
        actual: `CN=${value}`,
        rule: 'commonName',
      }
}

function isSameName(name: GeneralName, text: string): boolean {
  switch (name.kind) {
    case 'dns': {
      return name.value.toLowerCase() === text.toLowerCase()
    }
    case 'ip': {
      return ipToText(name.bytes) === text
    }
    case 'uri':
    case 'email': {
      return name.value === text
    }
    case 'otherName':
    case 'unsupported': {
      return false
    }
  }
}

/**
 * Verifiers take an emailAddress of the subject for an rfc822Name, and check it against the constraints
 * for them (RFC 5280 §4.2.1.10). So do the rules of the client.
 */
function checkEmailAddress(
  { type, value }: NameAttribute,
  { client, constraints }: NameRules,
): Violation | undefined {
  if (type !== 'emailAddress') return undefined
  const finding =
    checkClientRules({ kind: 'email', value }, client) ?? checkEmailConstraint(value, constraints)
  return (
    finding && {
      ...finding,
      code: 'subject_not_allowed',
      field: 'subject.emailAddress',
      actual: `emailAddress=${value}`,
      context: 'emailOfSubject',
    }
  )
}

function checkEmailConstraint(
  value: string,
  constraints: readonly NameConstraints[],
): Finding | undefined {
  const isConstrained = constraints.some(({ permitted, excluded }) =>
    [...permitted, ...excluded].some(({ kind }) => kind === 'email'),
  )
  if (!isConstrained) return undefined
  return checkEmail(value) ?? checkIssuerConstraints({ kind: 'email', value }, constraints)
}
