/**
 * Extensions: which of those that a certification request asks for are honoured, and the values of
 * those that a certificate gets, in the order it gets them.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Refusal } from '@edge-issuer/shared'
import {
  type BasicConstraints,
  type CertificationRequest,
  der,
  type Extension,
  EXTENSION_OID,
  oidToText,
} from '@edge-issuer/shared/x509'
import { JUDGED_CONSTRAINTS } from './name-constraints.ts'
import type { Profile } from './profile.ts'
import { quoteList } from './text.ts'
import type { Usages } from './usages.ts'

/** What was decided, and what is copied. */
export interface ExtensionParts {
  readonly csr: CertificationRequest
  readonly authority: BasicConstraints
  readonly usages: Usages
  /** subjectKeyIdentifier of the issuing CA. */
  readonly issuerKeyId: Uint8Array
}

/** Octets of a key identifier: the leftmost 160 bits of SHA-256 (RFC 7093 §2, method 1). */
const KEY_ID_OCTETS = 20

/** Tag of keyIdentifier in AuthorityKeyIdentifier: `[0] IMPLICIT OCTET STRING`. */
const KEY_IDENTIFIER = 0x80

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
  const refused = extensions.list
    .filter(({ oid }) => !HONOURED.has(oid) && !profile.ignoredExtensions.includes(oid))
    .filter(({ oid }) => !isCA || oid !== EXTENSION_OID.nameConstraints)
    .map(({ oid }) => oidToText(oid))
  const { permitted = [], excluded = [] } = extensions.values.nameConstraints ?? {}
  const kinds = [...permitted, ...excluded].filter(({ kind }) => !JUDGED_CONSTRAINTS.has(kind))
  return [
    ...(refused.length > 0
      ? [`asks for extensions that are not certified: ${quoteList(refused)}`]
      : []),
    ...(kinds.length > 0
      ? ['asks for name constraints of other kinds than DNS, IP, URI and email']
      : []),
  ].map((fault) => ({
    code: 'extension_not_allowed',
    detail: `the certification request ${fault}; leave them out`,
  }))
}

/** The extensions of the certificate, in the order they stand in it. */
export function planExtensions(parts: ExtensionParts): readonly Extension[] {
  const { csr, authority, usages, issuerKeyId } = parts
  return [
    plan('basicConstraints', true, basicConstraints(authority)),
    ...(usages.keyUsage.length > 0 ? [plan('keyUsage', true, der.namedBits(usages.keyUsage))] : []),
    ...(usages.extKeyUsage.length > 0
      ? [plan('extKeyUsage', false, der.sequence(...usages.extKeyUsage.map(der.objectIdentifier)))]
      : []),
    plan('subjectKeyIdentifier', false, der.octetString(keyIdentifier(csr.publicKey.keyOctets))),
    plan('authorityKeyIdentifier', false, der.sequence(der.element(KEY_IDENTIFIER, issuerKeyId))),
    ...copied(csr, 'subjectAltName', () => csr.subject.rdns.length === 0),
    // Critical whatever was asked for (RFC 5280 §4.2.1.10): who cannot read it must not trust the CA.
    ...copied(csr, 'nameConstraints', () => true),
  ]
}

const plan = (
  name: keyof typeof EXTENSION_OID,
  critical: boolean,
  value: Uint8Array,
): Extension => ({ oid: EXTENSION_OID[name], critical, value })

/** cA and its default FALSE: DER leaves it out. */
function basicConstraints({ isCA, pathLength }: BasicConstraints): Uint8Array {
  return der.sequence(
    ...(isCA ? [der.boolean(true)] : []),
    ...(pathLength === undefined ? [] : [der.smallInteger(pathLength)]),
  )
}

const keyIdentifier = (keyOctets: Uint8Array): Uint8Array =>
  createHash('sha256').update(keyOctets).digest().subarray(0, KEY_ID_OCTETS)

/** The value octet for octet; the reader saw to it that it is DER, and policy that it is allowed. */
function copied(
  { extensions }: CertificationRequest,
  name: keyof typeof EXTENSION_OID,
  isCritical: () => boolean,
): readonly Extension[] {
  return extensions.list
    .filter(({ oid }) => oid === EXTENSION_OID[name])
    .map((asked) => plan(name, isCritical(), new Uint8Array(asked.value)))
}
