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
  ipToText,
  type NameConstraints,
  oidToText,
  TAG,
} from '@edge-issuer/shared/x509'
import { joinRefusals, refuseEach } from '../refusals.ts'
import { type AllowedRules, type ClientPolicy, nameRuleKind } from '../rules/client-policy.ts'
import { absentFaults, ruleFault } from '../rules/pattern-rule.ts'
import type { Profile } from '../rules/profile.ts'
import { hasControlCharacter, quote, quoteList } from '../text.ts'
import { dnsNameFault } from './dns-name.ts'
import { emailFault, utf8MailboxFault } from './email.ts'
import { constraintFault } from './name-constraints.ts'
import { isSpiffe, markAuthority, uriFault } from './uri.ts'
import { constrainedNames, ruledName, SMTP_UTF8_MAILBOX } from './verified-names.ts'

/** What names are held against. */
export interface NameRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** Of every CA in the chain. */
  readonly constraints: readonly NameConstraints[]
}

/** @returns Every fault of every name. */
export function judgeNames(names: readonly GeneralName[], rules: NameRules): readonly Refusal[] {
  const { maxNames } = rules.profile
  if (names.length > maxNames) {
    const detail = `${String(names.length)} subject alternative names exceed the profile's maximum of ${String(maxNames)}; split them over several requests`
    return [{ code: 'name_not_allowed', detail }]
  }
  return joinRefusals(
    ...names.map((name) => judgeName(name, rules)),
    rules.profile.spiffe === 'strict' ? judgeSpiffeIds(names) : [],
    judgeAbsence(names, rules.client.allowed),
  )
}

function judgeAbsence(
  names: readonly GeneralName[],
  allowed: AllowedRules | undefined,
): readonly Refusal[] {
  if (allowed === undefined) return []
  const hasKind = (kind: string): boolean =>
    names.some((name) => nameRuleKind(ruledName(name)) === kind)
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
  if (name.kind === 'unsupported') {
    const detail = `${quote(generalNameToText(name))} is a kind of name that is never certified; remove it from the request`
    return [{ code: 'name_not_allowed', detail }]
  }
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
      caFault(name, rules.constraints),
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
      return undefined
    }
    case 'otherName': {
      return otherNameFault(name.typeId, name.value)
    }
    case 'unsupported': {
      return undefined
    }
  }
}

function otherNameFault(typeId: string, value: string): string | undefined {
  if (value === '') return 'is empty'
  if (hasControlCharacter(value)) return 'has a control character'
  return typeId === SMTP_UTF8_MAILBOX ? utf8MailboxFault(value) : undefined
}

/** @returns What the profile has against a name, to go on after it. */
export function profileFault(name: GeneralName, profile: Profile): string | undefined {
  const { subjectAltNames } = profile
  const isKindAllowed = (kind: GeneralName['kind']): boolean =>
    subjectAltNames.some((allowed) => allowed === kind)
  const counted = ruledName(name)
  if (!isKindAllowed(name.kind) || (counted !== name && !isKindAllowed(counted.kind))) {
    return `is of a kind that the profile does not allow (allowed: ${quoteList(subjectAltNames)})`
  }
  if (name.kind === 'otherName') return otherNameTypeFault(name, profile)
  if (name.kind !== 'dns') return undefined
  if (!profile.wildcards && name.value.includes('*')) {
    return 'has a wildcard, which the profile does not allow'
  }
  return !profile.underscores && name.value.includes('_')
    ? 'has an underscore, which the profile does not allow'
    : undefined
}

function otherNameTypeFault(
  { typeId, tag }: Extract<GeneralName, { kind: 'otherName' }>,
  { otherNames }: Profile,
): string | undefined {
  if (tag === TAG.utf8String || otherNames.includes(typeId)) return undefined
  return `is an otherName of type ${oidToText(typeId)} whose value is not a UTF8String, which is certified only where the profile's otherNames have its type`
}

/** @returns What the rules of the client have against a name, to go on after it. */
export function clientFault(asked: GeneralName, { allowed }: ClientPolicy): string | undefined {
  const name = ruledName(asked)
  if (allowed === undefined || name.kind === 'unsupported') return undefined
  const kind = nameRuleKind(name)
  const faults = comparedTexts(name).map((text) =>
    ruleFault(allowed.names, { kind, text }, 'allowed.otherNames'),
  )
  return faults.includes(undefined) ? undefined : faults[0]
}

/** @returns What the constraints of the CAs above have against any reading of a name. */
export function caFault(
  name: GeneralName,
  constraints: readonly NameConstraints[],
): string | undefined {
  if (constraints.length === 0) return undefined
  for (const reading of constrainedNames(name)) {
    const fault = constraintFault(reading, constraints)
    if (fault !== undefined) return fault
  }
  return undefined
}

/**
 * What patterns are compared with; one text that matches is enough. DNS names in lower case (RFC 4343), URIs
 * also as they are, for patterns without an authority, all else as it is.
 */
function comparedTexts(name: Exclude<GeneralName, { kind: 'unsupported' }>): readonly string[] {
  switch (name.kind) {
    case 'dns': {
      return [name.value.toLowerCase()]
    }
    case 'ip': {
      return [ipToText(name.octets)]
    }
    case 'uri': {
      return [markAuthority(name.value), name.value]
    }
    case 'email':
    case 'otherName': {
      return [name.value]
    }
  }
}
