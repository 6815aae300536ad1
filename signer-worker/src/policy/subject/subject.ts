/**
 * The subject: attributes and values that verifiers can read, and that the profile, the client and the
 * issuing CA allow.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
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
import { emailFault } from '../names/email.ts'
import { caFault, clientFault, type NameRules } from '../names/names.ts'
import { refuseEach } from '../refusals.ts'
import { absentFaults, ruleFault } from '../rules/pattern-rule.ts'
import type { Profile } from '../rules/profile.ts'
import { hasControlCharacter, quote, quoteList } from '../text.ts'
import { commonNameHostFault, type CommonNames, hostsInCommonNames } from './common-name.ts'
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
export function judgeSubject(request: NamedRequest, rules: SubjectRules): readonly Refusal[] {
  const { subject, names, isForServers } = request
  const faults = [absenceFault(request, rules.profile), selfNameFault(subject, rules.caSubjects)]
  for (const rdn of subject.rdns) {
    for (const attribute of rdn) {
      faults.push(
        attributeFault(attribute, rules),
        commonNameFault(attribute, names, rules),
        emailAddressFault(attribute, rules),
      )
    }
  }
  if (isForServers) {
    for (const found of hostsInCommonNames(subject, names)) {
      faults.push(commonNameHostFault(found, rules))
    }
  }
  return refuseEach('subject_not_allowed', faults.concat(absentAttributes(subject, rules)))
}

function absenceFault(
  { subject, names, isCA }: NamedRequest,
  { emptyCaSubject }: Profile,
): string | undefined {
  if (subject.rdns.length > 0) return undefined
  if (isCA && !emptyCaSubject) {
    return 'a CA certificate must have a subject (RFC 5280 section 4.1.2.6); set one'
  }
  return names.length === 0
    ? 'there is neither a subject nor a subject alternative name; set one of them'
    : undefined
}

/**
 * A certificate whose subject is that of a CA above it counts as issued by itself: verifiers then do
 * not hold it against name constraints and path lengths (RFC 5280 §6.1).
 */
function selfNameFault(subject: Name, caSubjects: readonly Name[]): string | undefined {
  if (subject.rdns.length === 0) return undefined
  const isCas = caSubjects.some((ca) => isSameDistinguishedName(ca, subject))
  return isCas
    ? `the subject ${quote(nameToText(subject))} is that of the issuing CA or of a CA above it, and verifiers do not hold a self-issued certificate against name constraints; change the subject`
    : undefined
}

function attributeFault(attribute: NameAttribute, rules: NameRules): string | undefined {
  const { oid, type, value } = attribute
  const { subjectAttributes } = rules.profile
  const text = `${attributeTypeToText(oid)}=${value}`
  if (
    subjectAttributes !== null &&
    !subjectAttributes.includes(oid) &&
    !(type !== undefined && subjectAttributes.includes(type))
  ) {
    return `the subject has the attribute ${attributeTypeToText(oid)}, and the profile's subjectAttributes are ${quoteList(subjectAttributes)}; change the request, or ask the CA's operator`
  }
  const fault = valueFault(attribute, rules.profile)
  if (fault !== undefined) return `${quote(text)} ${fault}; change the request`
  const { allowed } = rules.client
  // An email address may be allowed as one: emailAddressFault() holds it against allowed.emailAddresses.
  if (allowed === undefined || (type === 'emailAddress' && !allowed.subject.byKind.has(oid))) {
    return undefined
  }
  const refused = ruleFault(allowed.subject, { kind: oid, text: value }, OTHER_ATTRIBUTES)
  return refused === undefined
    ? undefined
    : `${quote(text)} ${refused}; change the request, or ask the CA's operator`
}

function absentAttributes({ rdns }: Name, { client: { allowed } }: NameRules): readonly string[] {
  if (allowed === undefined) return []
  const attributes = rdns.flat()
  return absentFaults(allowed.subject, (kind) => attributes.some(({ oid }) => oid === kind))
}

function valueFault(
  { oid, type, tag, value }: NameAttribute,
  { rfc5280UpperBounds }: Profile,
): string | undefined {
  if (hasControlCharacter(value)) return 'has a control character'
  if (tag === TAG.ia5String && X520.test(oid)) {
    return 'is an IA5String, which X.520 does not have for this attribute; use a UTF8String or a PrintableString'
  }
  return rfc5280UpperBounds && type !== undefined ? boundFault(type, tag, value) : undefined
}

function boundFault(type: SubjectAttribute, tag: number, value: string): string | undefined {
  const length = countCharacters(value)
  const most = MAX_CHARACTERS[type]
  if (type === 'C' && (length !== most || tag !== TAG.printableString)) {
    return 'is not a country code of two letters in a PrintableString, as the profile requires'
  }
  // RFC 5280 appendix A.1: X520SerialNumber.
  if (type === 'serialNumber' && tag !== TAG.printableString) {
    return 'is not a PrintableString, as the profile requires'
  }
  if (length === 0) return 'is empty, which the profile does not allow'
  return length > most
    ? `exceeds the profile's maximum of ${String(most)} characters (${String(length)})`
    : undefined
}

/** Code points, not UTF-16 units: a character outside the first plane counts once. */
function countCharacters(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length; at += 1) if ((text.codePointAt(at) ?? 0) > 0xffff) count -= 1
  return count
}

/** Under `requireInSANs` a common name must be one of the names, so that it says nothing of its own. */
function commonNameFault(
  { type, value }: NameAttribute,
  names: readonly GeneralName[],
  { profile }: NameRules,
): string | undefined {
  if (type !== 'CN' || profile.commonName === 'allow') return undefined
  return names.some((name) => isSameName(name, value))
    ? undefined
    : `${quote(`CN=${value}`)} is none of the subject alternative names, and the profile wants it to be one; add it there, or leave it out`
}

function isSameName(name: GeneralName, text: string): boolean {
  switch (name.kind) {
    case 'dns': {
      return name.value.toLowerCase() === text.toLowerCase()
    }
    case 'ip': {
      return ipToText(name.octets) === text
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
 * Verifiers take an emailAddress of the subject for an rfc822Name, and hold it against the constraints
 * for them (RFC 5280 §4.2.1.10). So do the rules of the client.
 */
function emailAddressFault(
  { type, value }: NameAttribute,
  { client, constraints }: NameRules,
): string | undefined {
  if (type !== 'emailAddress') return undefined
  const fault =
    clientFault({ kind: 'email', value }, client) ?? emailConstraintFault(value, constraints)
  return fault === undefined
    ? undefined
    : `${quote(`emailAddress=${value}`)} is checked as an email address, and ${fault}; change the request, or ask the CA's operator`
}

function emailConstraintFault(
  value: string,
  constraints: readonly NameConstraints[],
): string | undefined {
  const isConstrained = constraints.some(({ permitted, excluded }) =>
    [...permitted, ...excluded].some(({ kind }) => kind === 'email'),
  )
  if (!isConstrained) return undefined
  return emailFault(value) ?? caFault({ kind: 'email', value }, constraints)
}
