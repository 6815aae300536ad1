/**
 * The last look at a certificate before it leaves: read again with the strict reader, which shares
 * no code with the writer, and held against the plan field by field, octet for octet; the signature
 * verified. What is in names, key and extensions was read strictly when the plan was made. It
 * guards against our own mistakes, and against a signature that was miscalculated, which for RSA
 * can give the private key away.
 *
 * @module
 */
import { verify } from 'node:crypto'
import {
  type CertificateFields,
  equalOctets,
  type Extension,
  parseCertificateFields,
} from '@edge-issuer/shared/x509'
import type { CertificatePlan } from '../policy/evaluate.ts'
import type { Signing } from './issue.ts'
import type { IssuingCa } from './issuing-ca.ts'

/** All that a certificate was made of. */
export interface Planned {
  readonly plan: CertificatePlan
  readonly ca: IssuingCa
  readonly signing: Signing
}

/** @throws When a certificate differs from what was planned, or its signature does not verify. */
export function requireAsPlanned(der: Uint8Array, planned: Planned): void {
  const parsed = parseCertificateFields(der)
  if (!parsed.ok) throw fault(`cannot be read: ${parsed.error.message}`)
  const field = firstDifference(parsed.value, planned)
  if (field !== undefined) throw fault(`has another ${field} than was planned`)
  const { signed, signature } = parsed.value
  if (!verify(planned.ca.signing.hash, signed, planned.signing.key.publicKey, signature)) {
    throw fault('is not signed by the issuing CA')
  }
}

const fault = (words: string): Error => new Error(`the certificate that was built ${words}`)

/** @returns The field. */
function firstDifference(
  found: CertificateFields,
  { plan, ca, signing }: Planned,
): keyof CertificateFields | undefined {
  const isSame: readonly (readonly [keyof CertificateFields, boolean])[] = [
    ['serialNumber', equalOctets(found.serialNumber, signing.serialNumber)],
    ['signatureAlgorithm', equalOctets(found.signatureAlgorithm, ca.signing.identifier)],
    ['issuer', equalOctets(found.issuer, ca.subject)],
    ['notBeforeMs', found.notBeforeMs === plan.notBeforeSeconds * 1000],
    ['notAfterMs', found.notAfterMs === plan.notAfterSeconds * 1000],
    ['subject', equalOctets(found.subject, plan.subject)],
    ['publicKey', equalOctets(found.publicKey, plan.spki)],
    ['extensions', areSame(found.extensions, plan.extensions)],
  ]
  return isSame.find(([, same]) => !same)?.[0]
}

const areSame = (found: readonly Extension[], wanted: readonly Extension[]): boolean =>
  found.length === wanted.length &&
  found.every(({ oid, critical, value }, index) => {
    const other = wanted[index]
    return (
      other !== undefined &&
      oid === other.oid &&
      critical === other.critical &&
      equalOctets(value, other.value)
    )
  })
