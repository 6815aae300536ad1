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
import type { IssuingCa } from '../ca/issuing-ca.ts'
import type { Profile } from './profile.ts'
import { quoteList } from './text.ts'
import type { Usages } from './usages.ts'

/** What was decided, and what is copied. */
export interface ExtensionParts {
  readonly csr: CertificationRequest
  /** {@link keyIdentifier} of its key. */
  readonly keyId: Uint8Array
  readonly authority: BasicConstraints
  readonly usages: Usages
  readonly profile: Profile
  readonly ca: Pick<IssuingCa, 'authorityKeyId' | 'pointers'>
}

/** Octets of a key identifier: the leftmost 160 bits of SHA-256 (RFC 7093 §2, method 1). */
const KEY_ID_OCTETS = 20

/** Asked for and judged by rules of their own. */
const HONOURED: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.subjectAltName,
])

/** @returns One refusal that names every extension that is neither honoured nor ignored. */
export function judgeExtensions(
  { extensions }: CertificationRequest,
  { isCA, profile }: { readonly isCA: boolean; readonly profile: Profile },
): readonly Refusal[] {
  const refused = extensions.list.filter(
    ({ oid }) =>
      !HONOURED.has(oid) &&
      !profile.ignoredExtensions.includes(oid) &&
      !(isCA && oid === EXTENSION_OID.nameConstraints),
  )
  if (refused.length === 0) return []
  const texts = refused.map(({ oid }) => oidToText(oid))
  const detail = `the certification request asks for extensions that are not certified: ${quoteList(texts)}; leave them out`
  return [{ code: 'extension_not_allowed', detail }]
}

/** The extensions of the certificate, in the order they stand in it. */
export function planExtensions(parts: ExtensionParts): readonly Extension[] {
  const { csr, keyId, authority, usages, profile, ca } = parts
  const extensions = [
    authority.isCA ? plan('basicConstraints', true, basicConstraints(authority)) : END_ENTITY,
    usages.keyUsage.length > 0 ? plan('keyUsage', true, der.namedBits(usages.keyUsage)) : undefined,
    usages.extKeyUsage.length > 0
      ? plan('extKeyUsage', false, der.sequence(...usages.extKeyUsage.map(der.objectIdentifier)))
      : undefined,
    plan('subjectKeyIdentifier', false, der.octetString(keyId)),
    ca.authorityKeyId,
    copied(csr, 'subjectAltName', csr.subject.rdns.length === 0),
    ...(profile.noRevAvail ? ca.pointers.withoutRevocation : ca.pointers.all),
    profile.noRevAvail ? plan('noRevAvail', false, der.nullValue()) : undefined,
    policies(profile.certificatePolicies),
    // Critical whatever was asked for (RFC 5280 §4.2.1.10): who cannot read it must not trust the CA.
    authority.isCA ? copied(csr, 'nameConstraints', true) : undefined,
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
