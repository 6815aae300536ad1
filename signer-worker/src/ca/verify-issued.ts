/**
 * Checks a certificate before it leaves: it is read again with the strict reader, which shares no code with the
 * writer, and compared with the plan field by field; the signature is verified. This finds bugs of this program,
 * and signatures that were miscalculated, which for RSA can give the private key away.
 *
 * Names, key and values of extensions were read when the plan was made, so their bytes are compared: reading
 * them again adds about 26 % to `codecMicros` of `npm run bench -- worker`.
 *
 * @module
 */
import { verify } from 'node:crypto'
import {
  type CertificateInDer,
  equalBytes,
  type Extension,
  parseCertificateInDer,
} from '@edge-issuer/shared/x509'
import type { CertificatePlan } from '../model/certificate-plan.ts'
import type { IssuingCa, Signing } from '../model/issuing-ca.ts'

/** What a certificate was built from. */
export interface Planned {
  readonly plan: CertificatePlan
  readonly ca: IssuingCa
  readonly signing: Signing
}

/** @throws When a certificate differs from its plan, or its signature does not verify. */
export function assertMatchesPlan(der: Uint8Array, planned: Planned): void {
  const { ca, signing } = planned
  const parsed = parseCertificateInDer(der)
  if (!parsed.ok) {
    throw new Error(`the certificate that was built cannot be read: ${parsed.error.message}`)
  }
  const field = firstDifference(parsed.value, planned)
  if (field !== undefined) {
    throw new Error(`the certificate that was built has another ${field} than was planned`)
  }
  const { signed, signature } = parsed.value
  if (!verify(ca.signing.hash, signed, signing.key.publicKey, signature)) {
    throw new Error('the certificate that was built is not signed by the issuing CA')
  }
}

/** @returns The field. */
function firstDifference(
  issued: CertificateInDer,
  { plan, ca, signing }: Planned,
): keyof CertificateInDer | undefined {
  if (!equalBytes(issued.serialNumber, signing.serialNumber)) return 'serialNumber'
  if (!equalBytes(issued.signatureAlgorithm, ca.signing.identifier)) return 'signatureAlgorithm'
  if (!equalBytes(issued.issuer, ca.subject)) return 'issuer'
  if (issued.notBeforeMs !== plan.notBeforeSeconds * 1000) return 'notBeforeMs'
  if (issued.notAfterMs !== plan.notAfterSeconds * 1000) return 'notAfterMs'
  if (!equalBytes(issued.subject, plan.subject)) return 'subject'
  if (!equalBytes(issued.publicKey, plan.spki)) return 'publicKey'
  return areEqual(issued.extensions, plan.extensions) ? undefined : 'extensions'
}

const areEqual = (issued: readonly Extension[], planned: readonly Extension[]): boolean =>
  issued.length === planned.length &&
  issued.every(({ oid, critical, value }, index) => {
    const extension = planned[index]
    return (
      extension !== undefined &&
      oid === extension.oid &&
      critical === extension.critical &&
      equalBytes(value, extension.value)
    )
  })
