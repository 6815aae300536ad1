/**
 * The subject: attribute types from a list, values within the bounds of RFC 5280 appendix A, and
 * what the client and the issuing CA allow.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import {
  type GeneralName,
  ipToText,
  type Name,
  type NameAttribute,
  oidToText,
  type SubjectAttribute,
  TAG,
} from '@edge-issuer/shared/x509'
import { constraintFault } from './name-constraints.ts'
import type { NameRules } from './names.ts'
import type { Profile } from './profile.ts'
import { refuseEach } from './refusals.ts'
import { hasControlCharacter, quote, quoteList } from './text.ts'
import { absentFaults, ruleFault } from './value-rule.ts'

/** The parts of a request that a subject is judged with. */
export interface NamedRequest {
  readonly subject: Name
  readonly names: readonly GeneralName[]
  readonly isCA: boolean
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

/** Where a rule for an attribute without a member of its own would stand. */
const OTHER_ATTRIBUTES = 'allowed.subject.otherAttributes'

/** What openssl takes for a host name in a common name: several labels, no wildcard. */
const READS_AS_HOST = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/

/** @returns Every fault of the subject, and of its absence. */
export function judgeSubject(request: NamedRequest, rules: NameRules): readonly Refusal[] {
  const faults = [absenceFault(request, rules.profile)]
  for (const rdn of request.subject.rdns) {
    for (const attribute of rdn) {
      faults.push(
        attributeFault(attribute, rules),
        commonNameFault(attribute, request.names, rules),
        impliedNameFault(attribute, request.names, rules),
      )
    }
  }
  return refuseEach('subject_not_allowed', faults.concat(absentAttributes(request.subject, rules)))
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

function attributeFault(attribute: NameAttribute, rules: NameRules): string | undefined {
  const { oid, type, value } = attribute
  const { subjectAttributes } = rules.profile
  if (type === undefined || !subjectAttributes.includes(type)) {
    const found = type ?? oidToText(oid)
    return `the subject has the attribute ${found}, and the profile allows ${quoteList(subjectAttributes)}; change the request, or ask the CA's operator`
  }
  const fault = valueFault(type, attribute)
  if (fault !== undefined) return `${quote(`${type}=${value}`)} ${fault}; change the request`
  const {
    client: { allowed },
    namespace,
  } = rules
  const refused =
    allowed && ruleFault(allowed.subject, { kind: type, text: value, namespace }, OTHER_ATTRIBUTES)
  return refused === undefined
    ? undefined
    : `${quote(`${type}=${value}`)} ${refused}; change the request, or ask the CA's operator`
}

function absentAttributes({ rdns }: Name, { client: { allowed } }: NameRules): readonly string[] {
  if (allowed === undefined) return []
  const attributes = rdns.flat()
  return absentFaults(allowed.subject, (kind) => attributes.some(({ type }) => type === kind))
}

function valueFault(type: SubjectAttribute, { tag, value }: NameAttribute): string | undefined {
  const length = countCharacters(value)
  const most = MAX_CHARACTERS[type]
  if (type === 'C' && (length !== most || tag !== TAG.printableString)) {
    return 'is not a country code of two letters in a PrintableString'
  }
  // RFC 5280 appendix A.1: X520SerialNumber.
  if (type === 'serialNumber' && tag !== TAG.printableString) return 'is not in a PrintableString'
  if (length === 0) return 'is empty'
  if (length > most) return `has ${String(length)} characters; ${String(most)} are the most`
  return hasControlCharacter(value) ? 'has a control character' : undefined
}

/** Code points, not UTF-16 units: what stands outside the first plane counts once. */
function countCharacters(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length; at += 1) if ((text.codePointAt(at) ?? 0) > 0xffff) count -= 1
  return count
}

/** Under `inSans` a common name must be one of the names, so that it says nothing of its own. */
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
 * Verifiers hold two kinds of attribute against name constraints: an email address (RFC 5280
 * §4.2.1.10), and a common name that reads as a DNS name where there is no dNSName (openssl
 * takes it for one, crypto/x509/v3_ncons.c). An email address must be an rfc822Name as well (RFC 5280
 * §4.1.2.6).
 */
function impliedNameFault(
  { type, value }: NameAttribute,
  names: readonly GeneralName[],
  rules: NameRules,
): string | undefined {
  const implied = impliedName(type, value)
  if (implied === undefined) return undefined
  if (implied.kind === 'dns' && names.some(({ kind }) => kind === 'dns')) return undefined
  if (implied.kind === 'email' && !names.some(isEmail(value))) {
    return `${quote(`${String(type)}=${value}`)} is none of the email addresses among the subject alternative names; add it there, or leave it out`
  }
  const fault = constraintFault(implied, rules.constraints)
  return fault === undefined
    ? undefined
    : `${quote(`${String(type)}=${value}`)} ${fault}; change the request, or use another issuer`
}

const isEmail =
  (value: string) =>
  (name: GeneralName): boolean =>
    name.kind === 'email' && name.value === value

function impliedName(type: SubjectAttribute | undefined, value: string): GeneralName | undefined {
  if (type === 'emailAddress') return { kind: 'email', value }
  return type === 'CN' && READS_AS_HOST.test(value) ? { kind: 'dns', value } : undefined
}
