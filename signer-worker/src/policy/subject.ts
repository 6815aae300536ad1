/**
 * The subject: attribute types from a list, values within the bounds of RFC 5280 appendix A, and
 * what the client and the issuing CA allow.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import {
  type GeneralName,
  type Name,
  type NameAttribute,
  oidToText,
  type SubjectAttribute,
  TAG,
} from '@edge-issuer/shared/x509'
import { constraintFault } from './name-constraints.ts'
import type { NameRules } from './names.ts'
import { matchesAny } from './pattern.ts'
import type { Profile } from './profile.ts'
import { quote, quoteList } from './text.ts'

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

/** What openssl takes for a host name in a common name: several labels, no wildcard. */
const READS_AS_HOST = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/

/** @returns Every fault of the subject, and of its absence. */
export function judgeSubject(request: NamedRequest, rules: NameRules): readonly Refusal[] {
  const attributes = request.subject.rdns.flat()
  return [
    absenceFault(request, rules.profile),
    ...attributes.flatMap((attribute) => [
      attributeFault(attribute, rules),
      impliedNameFault(attribute, request.names, rules),
    ]),
  ]
    .filter((fault) => fault !== undefined)
    .map((detail) => ({ code: 'subject_not_allowed', detail }))
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
  const patterns = type === 'CN' ? rules.client.commonName : rules.client.subject?.[type]
  return patterns === undefined || matchesAny(patterns, value)
    ? undefined
    : `${quote(`${type}=${value}`)} matches none of the values that this client may ask for: ${quoteList(patterns)}; change the request, or ask the CA's operator`
}

function valueFault(type: SubjectAttribute, { tag, value }: NameAttribute): string | undefined {
  const { length } = Array.from(value)
  const most = MAX_CHARACTERS[type]
  if (type === 'C' && (length !== most || tag !== TAG.printableString)) {
    return 'is not a country code of two letters in a PrintableString'
  }
  if (length === 0) return 'is empty'
  if (length > most) return `has ${String(length)} characters; ${String(most)} are the most`
  return /\p{Cc}/u.test(value) ? 'has a control character' : undefined
}

/**
 * Verifiers hold two kinds of attribute against name constraints: an email address (RFC 5280
 * §4.2.1.10), and a common name that reads as a DNS name where there is no dNSName (openssl
 * takes it for one, crypto/x509/v3_ncons.c).
 */
function impliedNameFault(
  { type, value }: NameAttribute,
  names: readonly GeneralName[],
  rules: NameRules,
): string | undefined {
  const implied = impliedName(type, value)
  if (implied === undefined) return undefined
  if (implied.kind === 'dns' && names.some(({ kind }) => kind === 'dns')) return undefined
  const fault = constraintFault(implied, rules.constraints)
  return fault === undefined
    ? undefined
    : `${quote(`${String(type)}=${value}`)} ${fault}; change the request, or use another issuer`
}

function impliedName(type: SubjectAttribute | undefined, value: string): GeneralName | undefined {
  if (type === 'emailAddress') return { kind: 'email', value }
  return type === 'CN' && READS_AS_HOST.test(value) ? { kind: 'dns', value } : undefined
}
