/**
 * Extensions: which of those that a certification request asks for are honoured, and the values of
 * those that a certificate gets, in the order it gets them.
 *
 * @module
 */
import { hash } from 'node:crypto'
import type { Refusal } from '@edge-issuer/shared'
import {
  type BasicConstraints,
  type CertificationRequest,
  der,
  type Extension,
  EXTENSION_OID,
  oidToText,
} from '@edge-issuer/shared/x509'
import type { IssuingCa } from '../../model/issuing-ca.ts'
import type { Profile } from '../rules/profile.ts'
import { quoteList } from '../text.ts'
import type { Usages } from '../usages/usage-defaults.ts'
import { isExtKeyUsageCritical } from '../usages/usages.ts'

/** What was decided, and what is copied. */
export interface ExtensionParts {
  readonly csr: CertificationRequest
  /** {@link keyIdentifier} of its key. */
  readonly keyId: Uint8Array
  readonly authority: BasicConstraints
  readonly usages: Usages
  /** Only in a CA certificate. */
  readonly nameConstraints: Extension | undefined
  readonly profile: Profile
  readonly ca: Pick<IssuingCa, 'authorityKeyId' | 'distribution'>
}

/** Octets of a key identifier: the leftmost 160 bits of SHA-256 (RFC 7093 §2, method 1). */
const KEY_ID_OCTETS = 20

/** Requested extensions that are certified, by rules of their own. */
const CERTIFIED: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.subjectAltName,
])

/** Extensions that a certificate gets from its key and its CA, so that what a request says of them is moot. */
const REPLACED: ReadonlySet<string> = new Set([
  EXTENSION_OID.subjectKeyIdentifier,
  EXTENSION_OID.authorityKeyIdentifier,
])

/** Extensions that limit what a certificate is good for: to ignore one would give more than was asked. */
const LIMITING: ReadonlySet<string> = new Set([
  EXTENSION_OID.nameConstraints,
  '1.3.6.1.5.5.7.1.24', // TLS feature (RFC 7633)
  '2.5.29.16', // privateKeyUsagePeriod
  '2.5.29.36', // policyConstraints
  '2.5.29.54', // inhibitAnyPolicy
])

/** How requested extensions are treated. */
export interface ExtensionRules {
  readonly isCA: boolean
  readonly profile: Profile
}

const isCertified = (oid: string, isCA: boolean): boolean =>
  CERTIFIED.has(oid) || (isCA && oid === EXTENSION_OID.nameConstraints)

/** Reasons to refuse a requested extension, and what the requester is told. */
const REFUSALS = {
  listed: (list: string) =>
    `the certification request asks for extensions that the profile's refusedExtensions list: ${list}; remove them from the request`,
  limiting: (list: string) =>
    `the certification request asks for extensions that limit a certificate, and this CA does not certify them: ${list}; remove them from the request`,
  critical: (list: string) =>
    `the certification request asks for critical extensions that this CA does not certify: ${list}; remove them from the request, or mark them as not critical`,
} as const

type Reason = keyof typeof REFUSALS

const REASONS: readonly Reason[] = ['listed', 'limiting', 'critical']

/** @returns `undefined` for an extension that is certified or ignored. */
function reasonAgainst(
  { oid, critical }: Extension,
  { isCA, profile }: ExtensionRules,
): Reason | undefined {
  if (profile.refusedExtensions.includes(oid)) return 'listed'
  if (isCertified(oid, isCA) || profile.ignoredExtensions.includes(oid)) return undefined
  if (LIMITING.has(oid)) return 'limiting'
  return critical && !REPLACED.has(oid) ? 'critical' : undefined
}

/** @returns One refusal for each reason, with every extension that it is for. */
export function judgeExtensions(
  { extensions }: CertificationRequest,
  rules: ExtensionRules,
): readonly Refusal[] {
  const refused = extensions.list.flatMap((extension) => {
    const reason = reasonAgainst(extension, rules)
    return reason === undefined ? [] : [{ reason, text: oidToText(extension.oid) }]
  })
  if (refused.length === 0) return []
  return REASONS.flatMap((reason) => {
    const texts = refused.flatMap((found) => (found.reason === reason ? [found.text] : []))
    if (texts.length === 0) return []
    return [{ code: 'extension_not_allowed', detail: REFUSALS[reason](quoteList(texts)) }]
  })
}

/** @returns One sentence for each requested extension that the certificate does not contain. */
export function ignoredExtensions(
  { extensions, microsoftExtensions }: CertificationRequest,
  { isCA }: Pick<ExtensionRules, 'isCA'>,
): readonly string[] {
  let ignored = microsoftExtensions && [MICROSOFT_UNREAD]
  for (const { oid } of extensions.list) {
    if (isCertified(oid, isCA)) continue
    const reason = REPLACED.has(oid) ? 'this CA sets it itself' : 'this CA does not certify it'
    ;(ignored ??= []).push(`the requested extension ${oidToText(oid)} is not copied: ${reason}`)
  }
  return ignored ?? NO_NOTICES
}

const MICROSOFT_UNREAD =
  "Microsoft's attribute for requested extensions (1.3.6.1.4.1.311.2.1.14) is not read, as no approver in the cluster sees what it asks for; use extensionRequest (PKCS #9) instead"

const NO_NOTICES: readonly string[] = []

/** The extensions of the certificate, in the order of the certificate. */
export function planExtensions(parts: ExtensionParts): readonly Extension[] {
  const { csr, keyId, authority, usages, profile, ca } = parts
  const extensions = [
    authority.isCA ? plan('basicConstraints', true, basicConstraints(authority)) : END_ENTITY,
    usages.keyUsage.length > 0 ? plan('keyUsage', true, der.namedBits(usages.keyUsage)) : undefined,
    usages.extKeyUsage.length > 0
      ? plan(
          'extKeyUsage',
          isExtKeyUsageCritical(usages),
          der.sequence(...usages.extKeyUsage.map(der.objectIdentifier)),
        )
      : undefined,
    plan('subjectKeyIdentifier', false, der.octetString(keyId)),
    ca.authorityKeyId,
    copied(csr, 'subjectAltName', csr.subject.rdns.length === 0),
    ...(profile.noRevAvail ? ca.distribution.withoutRevocation : ca.distribution.all),
    profile.noRevAvail ? plan('noRevAvail', false, der.nullValue()) : undefined,
    policies(profile.certificatePolicies),
    parts.nameConstraints,
  ]
  return extensions.filter((extension) => extension !== undefined)
}

function policies(oids: readonly string[]): Extension | undefined {
  if (oids.length === 0) return undefined
  const information = oids.map((oid) => der.sequence(der.objectIdentifier(oid)))
  return plan('certificatePolicies', false, der.sequence(...information))
}

const plan = (
  name: keyof typeof EXTENSION_OID,
  critical: boolean,
  value: der.Element,
): Extension => ({ oid: EXTENSION_OID[name], critical, value: der.encode(value) })

const basicConstraints = ({ pathLength }: BasicConstraints): der.Element =>
  der.sequence(
    der.boolean(true),
    ...(pathLength === undefined ? [] : [der.smallInteger(pathLength)]),
  )

/** Without cA, as FALSE is its default: DER leaves it out. */
const END_ENTITY = plan('basicConstraints', true, der.sequence())

/** @param keyOctets - Of the BIT STRING subjectPublicKey. */
export const keyIdentifier = (keyOctets: Uint8Array): Uint8Array =>
  hash('sha256', keyOctets, 'buffer').subarray(0, KEY_ID_OCTETS)

/** The value octet for octet; the reader saw to it that it is DER, and policy that it is allowed. */
function copied(
  { extensions }: CertificationRequest,
  name: keyof typeof EXTENSION_OID,
  critical: boolean,
): Extension | undefined {
  const asked = extensions.list.find(({ oid }) => oid === EXTENSION_OID[name])
  return asked && { oid: asked.oid, critical, value: asked.value }
}
