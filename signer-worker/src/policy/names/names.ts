/**
 * Subject alternative names: each well-formed, allowed by the profile and the client's policy, and
 * inside the name constraints of the issuing CA.
 *
 * @module
 */
import {
  type GeneralName,
  generalNameToText,
  ipToText,
  type NameConstraints,
  oidToText,
  TAG,
} from '@edge-issuer/shared/x509'
import type { Finding, Violation } from '../messages.ts'
import { type AllowedRules, type ClientPolicy, nameRuleKind } from '../rules/client-policy.ts'
import { checkPatternRule, missingRequired } from '../rules/pattern-rule.ts'
import type { Profile } from '../rules/profile.ts'
import { hasControlCharacter } from '../text.ts'
import { found, violationOf } from '../violations.ts'
import { checkDnsName } from './dns-name.ts'
import { checkEmail, checkUtf8Mailbox } from './email.ts'
import { checkNameConstraints } from './name-constraints.ts'
import { checkUri, isSpiffe, markAuthority } from './uri.ts'
import { constrainedNames, ruledName, SMTP_UTF8_MAILBOX } from './verified-names.ts'

/** What names are checked against. */
export interface NameRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** Of every CA in the chain. */
  readonly constraints: readonly NameConstraints[]
}

/** @returns Every violation of every name. */
export function checkNames(names: readonly GeneralName[], rules: NameRules): readonly Violation[] {
  const { maxNames, spiffe } = rules.profile
  if (names.length > maxNames) {
    return [
      {
        code: 'name_not_allowed',
        kind: 'too_many_names',
        field: 'subjectAltNames',
        actual: String(names.length),
        rule: 'maxNames',
        expected: [String(maxNames)],
      },
    ]
  }
  return [
    ...names.flatMap((name, index) => checkName(name, () => fieldOf(names, index), rules)),
    ...(spiffe === 'strict' ? checkSpiffeIds(names) : []),
    ...checkRequired(names, rules.client.allowed),
  ]
}

/** Member of a request in which names of a kind are, as cert-manager's Certificate calls it. */
const FIELDS: Readonly<Record<GeneralName['kind'], string>> = {
  dns: 'dnsNames',
  ip: 'ipAddresses',
  uri: 'uris',
  email: 'emailAddresses',
  otherName: 'otherNames',
  unsupported: 'unsupportedNames',
}

/** @returns `dnsNames[2]` for the third DNS name. */
function fieldOf(names: readonly GeneralName[], at: number): string {
  const kind = names[at]?.kind ?? 'unsupported'
  const index = names.slice(0, at).filter((name) => name.kind === kind).length
  return `${FIELDS[kind]}[${String(index)}]`
}

function checkRequired(
  names: readonly GeneralName[],
  allowed: AllowedRules | undefined,
): readonly Violation[] {
  if (allowed === undefined) return []
  const hasKind = (kind: string): boolean =>
    names.some((name) => nameRuleKind(ruledName(name)) === kind)
  return missingRequired(allowed.names, hasKind).map((finding) =>
    violationOf({
      code: 'name_not_allowed',
      field: finding.rule?.replace('allowed.', '') ?? 'subjectAltNames',
      actual: '',
    })(finding),
  )
}

/** X509-SVID §2: a certificate with a SPIFFE ID has no other URI. */
function checkSpiffeIds(names: readonly GeneralName[]): readonly Violation[] {
  const uris = names.flatMap((name) => (name.kind === 'uri' ? [name.value] : []))
  if (uris.length < 2 || !uris.some(isSpiffe)) return []
  return [
    {
      code: 'name_not_allowed',
      kind: 'spiffe_not_alone',
      field: 'uris',
      actual: uris.find(isSpiffe) ?? '',
      rule: 'spiffe',
      expected: uris,
    },
  ]
}

function checkName(name: GeneralName, field: () => string, rules: NameRules): readonly Violation[] {
  const malformed = checkSyntax(name)
  if (malformed !== undefined) {
    const actual = generalNameToText(name)
    return [{ ...malformed, code: 'name_malformed', field: field(), actual, context: 'malformed' }]
  }
  if (name.kind === 'unsupported') {
    const actual = generalNameToText(name)
    return [{ code: 'name_not_allowed', kind: 'name_never_certified', field: field(), actual }]
  }
  const findings = found(
    checkProfile(name, rules.profile),
    checkClientRules(name, rules.client),
    checkIssuerConstraints(name, rules.constraints),
  )
  if (findings.length === 0) return []
  const actual = generalNameToText(name)
  return findings.map(
    violationOf({ code: 'name_not_allowed', field: field(), actual, context: 'refused' }),
  )
}

function checkSyntax(name: GeneralName): Finding | undefined {
  switch (name.kind) {
    case 'dns': {
      return checkDnsName(name.value)
    }
    case 'uri': {
      return checkUri(name.value)
    }
    case 'email': {
      return checkEmail(name.value)
    }
    case 'otherName': {
      return checkOtherName(name.typeId, name.value)
    }
    case 'ip':
    case 'unsupported': {
      return undefined
    }
  }
}

function checkOtherName(typeId: string, value: string): Finding | undefined {
  if (value === '') return { kind: 'empty' }
  if (hasControlCharacter(value)) return { kind: 'control_character' }
  return typeId === SMTP_UTF8_MAILBOX ? checkUtf8Mailbox(value) : undefined
}

/** @returns The rule of the profile that a name breaks. */
export function checkProfile(name: GeneralName, profile: Profile): Finding | undefined {
  const { subjectAltNames } = profile
  const isKindAllowed = (kind: GeneralName['kind']): boolean =>
    subjectAltNames.some((allowed) => allowed === kind)
  const ruled = ruledName(name)
  if (!isKindAllowed(name.kind) || (ruled !== name && !isKindAllowed(ruled.kind))) {
    return { kind: 'name_kind', rule: 'subjectAltNames', expected: subjectAltNames }
  }
  if (name.kind === 'otherName') return checkOtherNameType(name, profile)
  if (name.kind !== 'dns') return undefined
  if (!profile.wildcards && name.value.includes('*')) return { kind: 'wildcard', rule: 'wildcards' }
  return !profile.underscores && name.value.includes('_')
    ? { kind: 'underscore', rule: 'underscores' }
    : undefined
}

const checkOtherNameType = (
  { typeId, tag }: Extract<GeneralName, { kind: 'otherName' }>,
  { otherNames }: Profile,
): Finding | undefined =>
  tag === TAG.utf8String || otherNames.includes(typeId)
    ? undefined
    : { kind: 'other_name_type', rule: 'otherNames', expected: [oidToText(typeId)] }

/** @returns The rule of the client that a name breaks. */
export function checkClientRules(
  asked: GeneralName,
  { allowed }: ClientPolicy,
): Finding | undefined {
  const name = ruledName(asked)
  if (allowed === undefined || name.kind === 'unsupported') return undefined
  const kind = nameRuleKind(name)
  const findings = comparedTexts(name).map((text) =>
    checkPatternRule(allowed.names, { kind, text }, 'allowed.otherNames'),
  )
  return findings.includes(undefined) ? undefined : findings[0]
}

/** @returns The constraint of a CA above that any reading of a name does not satisfy. */
export function checkIssuerConstraints(
  name: GeneralName,
  constraints: readonly NameConstraints[],
): Finding | undefined {
  for (const reading of constrainedNames(name)) {
    const finding = checkNameConstraints(reading, constraints)
    if (finding !== undefined) return finding
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
      return [ipToText(name.bytes)]
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
