/**
 * Subject alternative names: each well-formed, allowed by the profile and the client's policy, and
 * inside the name constraints of the issuing CA.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import {
  type GeneralName,
  generalNameToText,
  IPV6_OCTETS,
  ipToText,
  type NameConstraints,
  TAG,
} from '@edge-issuer/shared/x509'
import { type AllowedRules, type ClientPolicy, nameRuleKind } from './client-policy.ts'
import { dnsNameFault, WILDCARD_PREFIX } from './dns-name.ts'
import { emailFault } from './email.ts'
import { constraintFault } from './name-constraints.ts'
import type { Profile } from './profile.ts'
import { joinRefusals, refuseEach } from './refusals.ts'
import { hasControlCharacter, quote, quoteList } from './text.ts'
import { isSpiffe, uriFault } from './uri.ts'
import { absentFaults, ruleFault } from './value-rule.ts'

/** What names are held against. */
export interface NameRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** Of every CA in the chain. */
  readonly constraints: readonly NameConstraints[]
}

/** Most names in one certificate: each is compared with each pattern and constraint. */
const MAX_NAMES = 100

/** `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)

/** @returns Every fault of every name. */
export function judgeNames(names: readonly GeneralName[], rules: NameRules): readonly Refusal[] {
  if (names.length > MAX_NAMES) {
    const detail = `there are ${String(names.length)} subject alternative names, and ${String(MAX_NAMES)} are the most; split them over several requests`
    return [{ code: 'name_not_allowed', detail }]
  }
  return joinRefusals(
    ...names.map((name) => judgeName(name, rules)),
    judgeSpiffeIds(names),
    judgeAbsence(names, rules.client.allowed),
  )
}

function judgeAbsence(
  names: readonly GeneralName[],
  allowed: AllowedRules | undefined,
): readonly Refusal[] {
  if (allowed === undefined) return []
  const hasKind = (kind: string): boolean => names.some((name) => nameRuleKind(name) === kind)
  return refuseEach('name_not_allowed', absentFaults(allowed.names, hasKind))
}

/** X509-SVID §2: a certificate with a SPIFFE ID has no other URI. */
function judgeSpiffeIds(names: readonly GeneralName[]): readonly Refusal[] {
  const uris: string[] = []
  for (const name of names) if (name.kind === 'uri') uris.push(name.value)
  if (uris.length < 2 || !uris.some(isSpiffe)) return []
  const detail = `a SPIFFE ID must be the only URI (X509-SVID section 2), and there are ${quoteList(uris)}; change the request`
  return [{ code: 'name_not_allowed', detail }]
}

function judgeName(name: GeneralName, rules: NameRules): readonly Refusal[] {
  const malformed = syntaxFault(name)
  if (malformed !== undefined) {
    const detail = `${quote(generalNameToText(name))} ${malformed}; change the request`
    return [{ code: 'name_malformed', detail }]
  }
  return refuseEach(
    'name_not_allowed',
    [
      profileFault(name, rules.profile),
      clientFault(name, rules.client),
      constraintFault(name, rules.constraints),
    ],
    (fault) =>
      `${quote(generalNameToText(name))} ${fault}; change the request, or ask the CA's operator`,
  )
}

function syntaxFault(name: GeneralName): string | undefined {
  switch (name.kind) {
    case 'dns': {
      return dnsNameFault(name.value)
    }
    case 'uri': {
      return uriFault(name.value)
    }
    case 'email': {
      return emailFault(name.value)
    }
    case 'ip': {
      return isIpv4Mapped(name.octets) ? 'is an IPv4 address in the form of IPv6' : undefined
    }
    case 'otherName': {
      if (name.value === '') return 'is empty'
      return hasControlCharacter(name.value) ? 'has a control character' : undefined
    }
    case 'unsupported': {
      return undefined
    }
  }
}

const isIpv4Mapped = (octets: Uint8Array): boolean =>
  octets.length === IPV6_OCTETS &&
  IPV4_MAPPED_PREFIX.every((octet, index) => octet === octets[index])

function profileFault(name: GeneralName, profile: Profile): string | undefined {
  if (name.kind === 'unsupported' || (name.kind === 'otherName' && name.tag !== TAG.utf8String)) {
    return 'is a kind of name that is never certified'
  }
  if (!profile.subjectAltNames.includes(name.kind)) {
    return `is a kind of name that the profile does not allow; it allows ${quoteList(profile.subjectAltNames)}`
  }
  if (name.kind !== 'dns') return undefined
  if (!profile.wildcards && name.value.startsWith(WILDCARD_PREFIX)) {
    return 'has a wildcard, which the profile does not allow'
  }
  return !profile.underscores && name.value.includes('_')
    ? 'has an underscore, which the profile does not allow'
    : undefined
}

function clientFault(name: GeneralName, { allowed }: ClientPolicy): string | undefined {
  if (allowed === undefined || name.kind === 'unsupported') return undefined
  const value = { kind: nameRuleKind(name), text: comparedText(name) }
  return ruleFault(allowed.names, value, 'allowed.otherNames')
}

/** DNS names are compared in lower case (RFC 4343), all else as it stands. */
function comparedText(name: Exclude<GeneralName, { kind: 'unsupported' }>): string {
  switch (name.kind) {
    case 'dns': {
      return name.value.toLowerCase()
    }
    case 'ip': {
      return ipToText(name.octets)
    }
    case 'uri':
    case 'email':
    case 'otherName': {
      return name.value
    }
  }
}
