/**
 * X.509 version 3 certificates (RFC 5280 §4.1), read strictly. The caller, who has the issuer's key,
 * verifies the signature.
 *
 * @module
 */
import { readDer } from '../der/read-der.ts'
import type { DerReader } from '../der/reader.ts'
import { contextConstructed } from '../der/tag.ts'
import type { ParseError } from '../parse-error.ts'
import type { Result } from '../result.ts'
import { readExtensions, type Extensions } from './extension.ts'
import { readName, type Name } from './name.ts'
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './public-key.ts'

/** A certificate, read to the end of every field that is known. Octets are views of the input. */
export interface Certificate {
  /** TBSCertificate in DER: what the signature covers. */
  readonly signed: Uint8Array
  /** Big-endian magnitude. */
  readonly serialNumber: Uint8Array
  readonly issuer: Name
  readonly subject: Name
  /** Epoch milliseconds; both ends belong to the validity. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly publicKey: SubjectPublicKeyInfo
  readonly extensions: Extensions
  /** AlgorithmIdentifier in DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}

/** Largest certificate that is read and issued, in bytes: just below cert-manager's limit on PEM (internal/pem). */
export const MAX_CERTIFICATE_BYTES = 26_624

const VERSION = contextConstructed(0)
const VERSION_3 = 2
const EXTENSIONS = contextConstructed(3)

/** @returns The certificate; or where and how it departs from what is accepted. */
export const parseCertificate = (der: Uint8Array): Result<Certificate, ParseError> =>
  readDer({ bytes: der, maxBytes: MAX_CERTIFICATE_BYTES }, readFields)

function readFields(input: DerReader): Certificate {
  const certificate = input.sequence('certificate')
  const tbs = certificate.sequence('tbsCertificate')
  const signatureAlgorithm = readAlgorithm(certificate, 'signatureAlgorithm')
  const signature = certificate.insideBitString('signatureValue').contents
  certificate.end()
  readVersion(tbs)
  const serialNumber = tbs.positiveInteger('serialNumber')
  if (!tbs.anyMatches('signature', signatureAlgorithm)) {
    throw tbs.refusal('signature', 'signature_algorithm_differs')
  }
  const issuer = readName(tbs, 'issuer')
  const { notBeforeMs, notAfterMs } = readValidity(tbs)
  const subject = readName(tbs, 'subject')
  const publicKey = readSubjectPublicKeyInfo(tbs, 'subjectPublicKeyInfo')
  const wrapper = tbs.into('extensions', EXTENSIONS)
  const extensions = readExtensions(wrapper, 'extensions')
  wrapper.end()
  tbs.end()
  return {
    extensions,
    issuer,
    notAfterMs,
    notBeforeMs,
    publicKey,
    serialNumber,
    signature,
    signatureAlgorithm,
    signed: tbs.raw,
    subject,
  }
}

function readVersion(tbs: DerReader): void {
  const wrapper = tbs.into('version', VERSION)
  if (wrapper.smallInteger('Version') !== VERSION_3) {
    throw wrapper.refusal('Version', 'version_unsupported', 'is not v3 (2)')
  }
  wrapper.end()
}

function readAlgorithm(reader: DerReader, field: string): Uint8Array {
  const identifier = reader.sequence(field)
  identifier.objectIdentifier('algorithm')
  if (identifier.nextTag !== undefined) identifier.any('parameters')
  identifier.end()
  return identifier.raw
}

function readValidity(tbs: DerReader): Pick<Certificate, 'notBeforeMs' | 'notAfterMs'> {
  const validity = tbs.sequence('validity')
  const notBeforeMs = validity.time('notBefore')
  const notAfterMs = validity.time('notAfter')
  if (notAfterMs < notBeforeMs) throw validity.refusal('notAfter', 'validity_reversed')
  validity.end()
  return { notBeforeMs, notAfterMs }
}
