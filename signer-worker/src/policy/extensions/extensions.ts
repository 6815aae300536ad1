/**
 * Extensions: which of those that a certification request asks for are honoured, and the values of
 * those that a certificate gets, in the order it gets them.
 *
 * @module
 */
import { hash } from 'node:crypto'
import {
  type BasicConstraints,
  type CertificationRequest,
  der,
  type Extension,
  EXTENSION_OID,
  oidToText,
} from '@edge-issuer/shared/x509'
import type { IssuingCa } from '../../model/issuing-ca.ts'
import type { Violation } from '../messages.ts'
import type { Profile } from '../rules/profile.ts'
import type { Usages } from '../usages/usage-defaults.ts'
import { isExtKeyUsageCritical } from '../usages/usages.ts'

/** What was decided, and what is copied. */
export interface ExtensionParts {
  readonly csr: CertificationRequest
  /** {@link keyIdentifier} of its key. */
  readonly keyId: Uint8Array
  readonly basicConstraints: BasicConstraints
  readonly usages: Usages
  /** Only in a CA certificate. */
  readonly nameConstraints: Extension | undefined
  readonly profile: Profile
  readonly ca: Pick<IssuingCa, 'authorityKeyId' | 'distribution'>
}

/** Bytes of a key identifier: the leftmost 160 bits of SHA-256 (RFC 7093 §2, method 1). */
const KEY_ID_BYTES = 20

/** Requested extensions that are certified, by rules of their own. */
const CERTIFIED: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.subjectAltName,
])

/** Extensions that a certificate gets from its key and its CA, so requested values are ignored. */
const REPLACED: ReadonlySet<string> = new Set([
  EXTENSION_OID.subjectKeyIdentifier,
  EXTENSION_OID.authorityKeyIdentifier,
])

/** Extensions that limit what a certificate is good for: ignoring one would certify more than was requested. */
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

/** Reasons to refuse requested extensions, in the order in which they are reported. */
const REASONS = ['extensions_refused', 'extensions_limiting', 'extensions_critical'] as const

type Reason = (typeof REASONS)[number]

/** @returns `undefined` for an extension that is certified or ignored. */
function reasonAgainst(
  { oid, critical }: Extension,
  { isCA, profile }: ExtensionRules,
): Reason | undefined {
  if (profile.refusedExtensions.includes(oid)) return 'extensions_refused'
  if (isCertified(oid, isCA) || profile.ignoredExtensions.includes(oid)) return undefined
  if (LIMITING.has(oid)) return 'extensions_limiting'
  return critical && !REPLACED.has(oid) ? 'extensions_critical' : undefined
}

/** @returns One violation for each reason, with every extension that it is for. */
export function checkExtensions(
  { extensions }: CertificationRequest,
  rules: ExtensionRules,
): readonly Violation[] {
  return REASONS.flatMap((kind) => {
    const expected = extensions.list
      .filter((extension) => reasonAgainst(extension, rules) === kind)
      .map(({ oid }) => oidToText(oid))
    if (expected.length === 0) return []
    const at = { code: 'extension_not_allowed', field: 'csr.extensions' } as const
    return [{ ...at, kind, actual: expected.join(', '), rule: 'refusedExtensions', expected }]
  })
}

/** @returns One sentence for each requested extension that the certificate does not contain. */
export function ignoredExtensions(
  { extensions, microsoftExtensions }: CertificationRequest,
  { isCA }: Pick<ExtensionRules, 'isCA'>,
): readonly string[] {
  const ignored = extensions.list
    .filter(({ oid }) => !isCertified(oid, isCA))
    .map(({ oid }) => {
      const reason = REPLACED.has(oid) ? 'this CA sets it itself' : 'this CA does not certify it'
      return `the requested extension ${oidToText(oid)} is not copied: ${reason}`
    })
  return microsoftExtensions ? [MICROSOFT_UNREAD, ...ignored] : ignored
}

const MICROSOFT_UNREAD =
  "Microsoft's attribute for requested extensions (1.3.6.1.4.1.311.2.1.14) is not read, because no approver in the cluster sees what it asks for; use extensionRequest (PKCS #9) instead"

/** The extensions of the certificate, in the order of the certificate. */
export function planExtensions(parts: ExtensionParts): readonly Extension[] {
  const { csr, keyId, basicConstraints, usages, profile, ca } = parts
  const extensions = [
    basicConstraints.isCA
      ? plan('basicConstraints', true, encodeCaConstraints(basicConstraints))
      : END_ENTITY,
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

const encodeCaConstraints = ({ pathLength }: BasicConstraints): der.Element =>
  der.sequence(
    der.boolean(true),
    ...(pathLength === undefined ? [] : [der.smallInteger(pathLength)]),
  )

/** Without cA, as FALSE is its default: DER omits it. */
const END_ENTITY = plan('basicConstraints', true, der.sequence())

/** @param keyBytes - Of the BIT STRING subjectPublicKey. */
export const keyIdentifier = (keyBytes: Uint8Array): Uint8Array =>
  hash('sha256', keyBytes, 'buffer').subarray(0, KEY_ID_BYTES)

/** The value unchanged: the reader checked that it is DER, and policy that it is allowed. */
function copied(
  { extensions }: CertificationRequest,
  name: keyof typeof EXTENSION_OID,
  critical: boolean,
): Extension | undefined {
  const asked = extensions.list.find(({ oid }) => oid === EXTENSION_OID[name])
  return asked && { oid: asked.oid, critical, value: asked.value }
}
