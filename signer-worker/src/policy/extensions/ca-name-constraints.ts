/**
 * The name constraints of a CA certificate: those that are requested and those that the profile imposes,
 * of kinds that can be checked, inside those of the CAs above and inside what the client may request.
 *
 * @module
 */
import { err, ok, type Refusal, type RefusalCode, type Result } from '@edge-issuer/shared'
import {
  der,
  type Extension,
  EXTENSION_OID,
  generalNameToText,
  type GeneralName,
  type NameConstraints,
} from '@edge-issuer/shared/x509'
import { isSubtreeAllowed, type LimitedKind, subtreesOfClient } from '../names/client-subtrees.ts'
import { dnsNameFault } from '../names/dns-name.ts'
import { emailFault } from '../names/email.ts'
import {
  isKindOpen,
  isWholeKind,
  JUDGED_CONSTRAINTS,
  subtreeFault,
  wholeKind,
} from '../names/name-constraints.ts'
import { isSubtreeWithin } from '../names/subtree.ts'
import type { AllowedRules } from '../rules/client-policy.ts'
import type { Profile } from '../rules/profile.ts'
import { quote } from '../text.ts'

/** What is requested, and what it is checked against. */
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
const LIMITED_KINDS: readonly (readonly [kind: LimitedKind, words: string, member: string])[] = [
  ['dns', 'DNS names', 'allowed.dnsNames'],
  ['ip', 'IP addresses', 'allowed.ipAddresses'],
]

/** @returns The extension, `undefined` where there is nothing to constrain; or every violation. */
export function decideCaConstraints(
  request: ConstraintsRequest,
): Result<Extension | undefined, readonly Refusal[]> {
  const { asked, askedValue } = request
  const { permitted = [], excluded = [] } = asked ?? {}
  if (![...permitted, ...excluded].every(({ kind }) => JUDGED_CONSTRAINTS.has(kind))) {
    return err(
      refuse(
        'extension_not_allowed',
        'the certification request has name constraints of other kinds than DNS, IP, URI and email, which cannot be checked; remove them',
      ),
    )
  }
  const fromClient = clientConstraints(request)
  const limits = {
    permitted: [...permitted, ...fromClient.permitted],
    excluded: [...excluded, ...fromClient.excluded],
  }
  const refusals = [
    ...[...permitted, ...excluded].flatMap(checkSyntax),
    ...permitted.flatMap((base) => checkSubtree(base, request)),
    ...LIMITED_KINDS.flatMap((limited) => checkLimit(limited, limits, request)),
  ]
  if (refusals.length > 0) return err(refusals)
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
  const sizes = permitted.flatMap((base) => (base.kind === 'ip' ? [base.octets.length] : []))
  if (sizes.length === 0) return []
  const allExcluded = [excluded, ...issuer.map((above) => above.excluded)].flat()
  return wholeKind('ip').flatMap((whole) =>
    whole.kind !== 'ip' ||
    sizes.includes(whole.octets.length) ||
    allExcluded.some((base) => isSubtreeWithin(whole, base))
      ? []
      : [{ kind: 'ip', octets: whole.octets.map(() => 0xff) }],
  )
}

/** Go reads no certificate that has a malformed constraint (crypto/x509 parser.go). */
function checkSyntax(base: GeneralName): readonly Refusal[] {
  const fault = syntaxFault(base)
  return fault === undefined
    ? []
    : refuse(
        'extension_not_allowed',
        `the name constraint ${quote(generalNameToText(base))} ${fault}; change the request`,
      )
}

function syntaxFault(base: GeneralName): string | undefined {
  switch (base.kind) {
    case 'email': {
      return base.value.includes('@') ? emailFault(base.value) : domainFault(base.value)
    }
    case 'dns':
    case 'uri': {
      return domainFault(base.value)
    }
    case 'ip':
    case 'otherName':
    case 'unsupported': {
      return undefined
    }
  }
}

/** Empty stands for every domain; a dot in front for those below. */
function domainFault(domain: string): string | undefined {
  if (domain === '') return undefined
  return domain.includes('*')
    ? 'has a "*", which stands for no other characters in a constraint'
    : dnsNameFault(domain.replace(/^\./, ''))
}

function checkSubtree(
  base: GeneralName,
  { issuer, allowed }: ConstraintsRequest,
): readonly Refusal[] {
  const text = quote(generalNameToText(base))
  const fault = subtreeFault(base, issuer)
  if (fault !== undefined) {
    return refuse(
      'extension_not_allowed',
      `the name constraint ${text} ${fault}; change the request, or use another issuer`,
    )
  }
  const limited = LIMITED_KINDS.find(([kind]) => kind === base.kind)
  if (limited === undefined || allowed === undefined || isSubtreeAllowed(base, allowed)) return []
  return refuse(
    'extension_not_allowed',
    `the name constraint ${text} permits names that this client's ${limited[2]} do not allow; change the request, or ask the CA's operator`,
  )
}

/** Whether the certificate is limited in one kind of name, as the profile and the client require. */
function checkLimit(
  [kind, words, member]: (typeof LIMITED_KINDS)[number],
  constraints: NameConstraints,
  { profile, allowed, issuer }: ConstraintsRequest,
): readonly Refusal[] {
  const levels = [constraints, ...issuer]
  if (!isKindOpen(kind, levels)) return []
  const limits = levels
    .map(({ permitted }) => permitted.filter((base) => base.kind === kind))
    // A subtree of everything is no limit.
    .filter((bases) => bases.length > 0 && !bases.some(isWholeKind))
  if (profile.requireNameConstraints && limits.length === 0) {
    return refuse(
      'ca_not_allowed',
      `the profile requires CA certificates to be limited in ${words}, and neither the certification request nor a CA above is; add permitted subtrees, or exclude all ${words}`,
    )
  }
  const isInside =
    allowed === undefined ||
    limits.some((bases) => bases.every((base) => isSubtreeAllowed(base, allowed))) ||
    wholeKind(kind).every((base) => isSubtreeAllowed(base, allowed))
  return isInside
    ? []
    : refuse(
        'ca_not_allowed',
        `the CA certificate could issue for ${words} that this client's ${member} do not allow; add name constraints inside them to the request, or ask the CA's operator`,
      )
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
  if (base.kind === 'ip') return der.sequence(der.element(FORM_TAGS.ip, base.octets))
  if (base.kind === 'otherName' || base.kind === 'unsupported') {
    throw new Error(`name constraints of kind ${base.kind} are not encoded`)
  }
  return der.sequence(der.element(FORM_TAGS[base.kind], new TextEncoder().encode(base.value)))
}

const refuse = (code: RefusalCode, detail: string): readonly Refusal[] => [{ code, detail }]
