/**
 * The last look at a certificate before it leaves: read again with the strict reader, which shares
 * no code with the writer, and held against the plan field by field, octet for octet; the signature
 * verified. What is in names, key and values of extensions was read strictly when the plan was made.
 * It guards against our own mistakes, and against a signature that was miscalculated, which for RSA
 * can give the private key away.
 *
 * @module
 */
import { verify } from 'node:crypto'
import {
  type CertificateFields,
  type DerReader,
  equalOctets,
  type Extension,
  parseCertificateBy,
  requireDistinct,
  TAG,
} from '@edge-issuer/shared/x509'
import type { CertificatePlan } from '../model/certificate-plan.ts'
import type { IssuingCa, Signing } from '../model/issuing-ca.ts'

/** All that a certificate was made of. */
export interface Planned {
  readonly plan: CertificatePlan
  readonly ca: IssuingCa
  readonly signing: Signing
}

/** @throws When a certificate differs from what was planned, or its signature does not verify. */
export function assertMatchesPlan(der: Uint8Array, planned: Planned): void {
  const { plan, ca, signing } = planned
  const parsed = parseCertificateBy(
    {
      name: (tbs, field) => tbs.anyMatches(field, field === 'issuer' ? ca.subject : plan.subject),
      publicKey: (tbs, field) => tbs.anyMatches(field, plan.spki),
      extensions: (wrapper, field) => areAsPlanned(wrapper, field, plan.extensions),
    },
    der,
  )
  if (!parsed.ok) throw fault(`cannot be read: ${parsed.error.message}`)
  const field = firstDifference(parsed.value, planned)
  if (field !== undefined) throw fault(`has another ${field} than was planned`)
  const { signed, signature } = parsed.value
  if (!verify(ca.signing.hash, signed, signing.key.publicKey, signature)) {
    throw fault('is not signed by the issuing CA')
  }
}

const fault = (words: string): Error => new Error(`the certificate that was built ${words}`)

/** Names, key and extensions stand as whether they are as planned. */
type Compared = CertificateFields<boolean, boolean, boolean>

/** @returns The field. */
function firstDifference(
  found: Compared,
  { plan, ca, signing }: Planned,
): keyof Compared | undefined {
  if (!equalOctets(found.serialNumber, signing.serialNumber)) return 'serialNumber'
  if (!equalOctets(found.signatureAlgorithm, ca.signing.identifier)) return 'signatureAlgorithm'
  if (!found.issuer) return 'issuer'
  if (found.notBeforeMs !== plan.notBeforeSeconds * 1000) return 'notBeforeMs'
  if (found.notAfterMs !== plan.notAfterSeconds * 1000) return 'notAfterMs'
  if (!found.subject) return 'subject'
  if (!found.publicKey) return 'publicKey'
  return found.extensions ? undefined : 'extensions'
}

/** Takes Extensions. @returns Whether they are the planned ones, in order. */
function areAsPlanned(wrapper: DerReader, field: string, planned: readonly Extension[]): boolean {
  const found = wrapper
    .sequence(field)
    .list((list, index) => compareExtension(list.sequence(index), planned[index]))
  requireDistinct(wrapper, field, found)
  return found.length === planned.length && found.every(({ isSame }) => isSame)
}

/** Takes all of one extension. */
function compareExtension(
  extension: DerReader,
  planned: Extension | undefined,
): { readonly oid: string; readonly isSame: boolean } {
  const oid = extension.objectIdentifier('extnID')
  const critical = extension.booleanDefaultFalse('critical')
  const isValue = extension.primitiveMatches(
    'extnValue',
    TAG.octetString,
    planned?.value ?? NOTHING,
  )
  extension.end()
  return { oid, isSame: isValue && oid === planned?.oid && critical === planned.critical }
}

const NOTHING = new Uint8Array()
