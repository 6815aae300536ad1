/**
 * The name constraints of a CA certificate: those that are requested and those that the profile imposes,
 * of kinds that can be checked, inside those of the CAs above and inside what the client may request.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import {
  der,
  type Extension,
  EXTENSION_OID,
  generalNameToText,
  type GeneralName,
  type NameConstraints,
} from '@edge-issuer/shared/x509'
import type { Finding, Violation } from '../messages.ts'
import { isSubtreeAllowed, type LimitedKind, subtreesOfClient } from '../names/client-subtrees.ts'
import { checkDnsName } from '../names/dns-name.ts'
import { checkEmail } from '../names/email.ts'
import {
  isKindOpen,
  isWholeKind,
  SUPPORTED_CONSTRAINTS,
  checkSubtree,
  wholeKind,
} from '../names/name-constraints.ts'
import { isSubtreeWithin } from '../names/subtree.ts'
import type { AllowedRules } from '../rules/client-policy.ts'
import type { Profile } from '../rules/profile.ts'
import { found } from '../violations.ts'

/** The requested name constraints, and what they are checked against. */
export interface ConstraintsRequest {
  /** As the certification request has it; `undefined` when it has none. */
  readonly asked: NameConstraints | undefined
  /** The value of its extension, which is copied where nothing is imposed. */
  readonly askedValue: Uint8Array | undefined
  readonly profile: Profile
  /** What the client may request; `undefined` for everything. */
  readonly allowed: AllowedRules | undefined
  /** Of every CA in the chain. */
  readonly issuer: readonly NameConstraints[]
}

/** Kinds that a CA certificate must be limited in, with the name of each and of its rule. */
const LIMITED_KINDS: readonly (readonly [kind: LimitedKind, label: string, member: string])[] = [
  ['dns', 'DNS names', 'allowed.dnsNames'],
  ['ip', 'IP addresses', 'allowed.ipAddresses'],
]

/** @returns The extension, `undefined` where there is nothing to constrain; or every violation. */
export function decideCaConstraints(
  request: ConstraintsRequest,
): Result<Extension | undefined, readonly Violation[]> {
  const { asked, askedValue } = request
  const { permitted = [], excluded = [] } = asked ?? {}
  if (![...permitted, ...excluded].every(({ kind }) => SUPPORTED_CONSTRAINTS.has(kind))) {
    return err([{ ...NOT_ALLOWED, kind: 'constraint_kinds', field: 'nameConstraints', actual: '' }])
  }
  const fromClient = clientConstraints(request)
  const limits = {
    permitted: [...permitted, ...fromClient.permitted],
    excluded: [...excluded, ...fromClient.excluded],
  }
  const violations = found(
    ...permitted.map((base, index) => checkSyntax(base, `permitted[${String(index)}]`)),
    ...excluded.map((base, index) => checkSyntax(base, `excluded[${String(index)}]`)),
    ...permitted.map((base, index) => checkPermitted(base, index, request)),
    ...LIMITED_KINDS.map((limited) => checkLimit(limited, limits, request)),
  )
  if (violations.length > 0) return err(violations)
  const constraints = {
    permitted: [...limits.permitted, ...otherFamily(limits, request)],
    excluded: limits.excluded,
  }
  const isAsRequested =
    constraints.permitted.length === permitted.length &&
    constraints.excluded.length === excluded.length
  if (isAsRequested) return ok(askedValue && extensionOf(askedValue))
  return ok(extensionOf(der.encode(encodeConstraints(constraints))))
}

/** Critical whatever was requested (RFC 5280 §4.2.1.10): who cannot read it must not trust the CA. */
const extensionOf = (value: Uint8Array): Extension => ({
  oid: EXTENSION_OID.nameConstraints,
  critical: true,
  value,
})

/** What `permittedFromClient` adds: for each kind that the request does not limit itself. */
function clientConstraints({ asked, profile, allowed }: ConstraintsRequest): NameConstraints {
  const permitted: GeneralName[] = []
  const excluded: GeneralName[] = []
  if (!profile.nameConstraints.permittedFromClient || allowed === undefined) {
    return { permitted, excluded }
  }
  for (const [kind] of LIMITED_KINDS) {
    if (asked?.permitted.some((base) => base.kind === kind) ?? false) continue
    const subtrees = subtreesOfClient(kind, allowed)
    if (subtrees.length > 0) permitted.push(...subtrees)
    else if (isKindOpen(kind, asked === undefined ? [] : [asked])) excluded.push(...wholeKind(kind))
  }
  return { permitted, excluded }
}

/**
 * With permitted addresses of one family, none of the other is valid (RFC 5280 §4.2.1.10). GnuTLS accepts
 * them, as it holds addresses against subtrees of their own family alone. So one address of the other
 * family is permitted that no host has. To exclude the family would do, but then Java refuses the first
 * one as well (sun.security.x509.IPAddressName).
 */
function otherFamily(
  { permitted, excluded }: NameConstraints,
  { profile, allowed, issuer }: ConstraintsRequest,
): readonly GeneralName[] {
  if (!profile.requireNameConstraints && allowed === undefined) return []
  const sizes = permitted.flatMap((base) => (base.kind === 'ip' ? [base.bytes.length] : []))
  if (sizes.length === 0) return []
  const allExcluded = [excluded, ...issuer.map((above) => above.excluded)].flat()
  return wholeKind('ip').flatMap((whole) =>
    whole.kind !== 'ip' ||
    sizes.includes(whole.bytes.length) ||
    allExcluded.some((base) => isSubtreeWithin(whole, base))
      ? []
      : [{ kind: 'ip', bytes: whole.bytes.map(() => 0xff) }],
  )
}

/** Go reads no certificate that has a malformed constraint (crypto/x509 parser.go). */
function checkSyntax(base: GeneralName, place: string): Violation | undefined {
  const finding = checkBase(base)
  return (
    finding && {
      ...finding,
      ...NOT_ALLOWED,
      field: `nameConstraints.${place}`,
      actual: generalNameToText(base),
      context: 'malformedConstraint',
    }
  )
}

const NOT_ALLOWED = { code: 'extension_not_allowed' } as const

function checkBase(base: GeneralName): Finding | undefined {
  switch (base.kind) {
    case 'email': {
      return base.value.includes('@') ? checkEmail(base.value) : checkDomain(base.value)
    }
    case 'dns':
    case 'uri': {
      return checkDomain(base.value)
    }
    case 'ip':
    case 'otherName':
    case 'unsupported': {
      return undefined
    }
  }
}

/** An empty text is every domain; a dot in front, every domain below. */
function checkDomain(domain: string): Finding | undefined {
  if (domain === '') return undefined
  return domain.includes('*')
    ? { kind: 'wildcard_in_constraint' }
    : checkDnsName(domain.replace(/^\./, ''))
}

function checkPermitted(
  base: GeneralName,
  index: number,
  { issuer, allowed }: ConstraintsRequest,
): Violation | undefined {
  const at = {
    ...NOT_ALLOWED,
    field: `nameConstraints.permitted[${String(index)}]`,
    actual: generalNameToText(base),
  } as const
  const finding = checkSubtree(base, issuer)
  if (finding !== undefined) return { ...finding, ...at, context: 'refusedConstraint' }
  const limited = LIMITED_KINDS.find(([kind]) => kind === base.kind)
  if (limited === undefined || allowed === undefined || isSubtreeAllowed(base, allowed)) return
  return { ...at, kind: 'constraint_not_in_client', rule: limited[2] }
}

/** Whether the certificate is limited in one kind of name, as the profile and the client require. */
function checkLimit(
  [kind, label, member]: (typeof LIMITED_KINDS)[number],
  constraints: NameConstraints,
  { profile, allowed, issuer }: ConstraintsRequest,
): Violation | undefined {
  const levels = [constraints, ...issuer]
  if (!isKindOpen(kind, levels)) return undefined
  const at = { code: 'ca_not_allowed', field: 'nameConstraints', actual: label } as const
  const limits = levels
    .map(({ permitted }) => permitted.filter((base) => base.kind === kind))
    // A subtree of everything is no limit.
    .filter((bases) => bases.length > 0 && !bases.some(isWholeKind))
  if (profile.requireNameConstraints && limits.length === 0) {
    return { ...at, kind: 'ca_not_limited', rule: 'requireNameConstraints' }
  }
  const isInside =
    allowed === undefined ||
    limits.some((bases) => bases.every((base) => isSubtreeAllowed(base, allowed))) ||
    wholeKind(kind).every((base) => isSubtreeAllowed(base, allowed))
  return isInside ? undefined : { ...at, kind: 'ca_beyond_client', rule: member }
}

/** Tags of GeneralName's forms (RFC 5280 §4.2.1.6). */
const FORM_TAGS = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const

/** Tags of `permittedSubtrees [0]` and `excludedSubtrees [1]`, both implicit. */
const PERMITTED = 0xa0
const EXCLUDED = 0xa1

const encodeConstraints = ({ permitted, excluded }: NameConstraints): der.Element =>
  der.sequence(
    ...(permitted.length > 0 ? [der.element(PERMITTED, ...permitted.map(encodeSubtree))] : []),
    ...(excluded.length > 0 ? [der.element(EXCLUDED, ...excluded.map(encodeSubtree))] : []),
  )

/** `GeneralSubtree`: minimum is its default of zero, so only the base is encoded. */
function encodeSubtree(base: GeneralName): der.Element {
  if (base.kind === 'ip') return der.sequence(der.element(FORM_TAGS.ip, base.bytes))
  if (base.kind === 'otherName' || base.kind === 'unsupported') {
    throw new Error(`name constraints of kind ${base.kind} are not encoded`)
  }
  return der.sequence(der.element(FORM_TAGS[base.kind], new TextEncoder().encode(base.value)))
}
