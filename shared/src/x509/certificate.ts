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
import {
  type Extension,
  type Extensions,
  readExtensions,
  readExtensionsUnread,
} from './extension.ts'
import { readName, type Name } from './name.ts'
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './public-key.ts'

/** What every certificate has beside names, key and extensions. Octets are views of the input. */
interface CertificateFrame {
  /** TBSCertificate in DER: what the signature covers. */
  readonly signed: Uint8Array
  /** Big-endian magnitude. */
  readonly serialNumber: Uint8Array
  /** Epoch milliseconds; both ends belong to the validity. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** AlgorithmIdentifier in DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}

/** A certificate, read to the end of every field that is known. */
export interface Certificate extends CertificateFrame {
  readonly issuer: Name
  readonly subject: Name
  readonly publicKey: SubjectPublicKeyInfo
  readonly extensions: Extensions
}

/** A certificate whose names, key and values of extensions are not read. */
export interface CertificateInDer extends CertificateFrame {
  /** Name in DER. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array
  readonly extensions: readonly Extension[]
}

/** Largest certificate that is read and issued, in bytes: just below cert-manager's limit on PEM (internal/pem). */
export const MAX_CERTIFICATE_BYTES = 26_624

const VERSION = contextConstructed(0)
const VERSION_3 = 2
const EXTENSIONS = contextConstructed(3)

/** @returns The certificate; or where and how it departs from what is accepted. */
export const parseCertificate = (der: Uint8Array): Result<Certificate, ParseError> =>
  readDer({ bytes: der, maxBytes: MAX_CERTIFICATE_BYTES }, (input) => {
    const { tbs, issuer, subject, publicKey, wrapper, ...frame } = readFields(input)
    const certificate = {
      ...frame,
      issuer: readName(tbs.readerOf(issuer), 'issuer'),
      subject: readName(tbs.readerOf(subject), 'subject'),
      publicKey: readSubjectPublicKeyInfo(tbs.readerOf(publicKey), 'subjectPublicKeyInfo'),
      extensions: readExtensions(wrapper, 'extensions'),
    }
    wrapper.end()
    return certificate
  })

/** As {@link parseCertificate}, for a comparison of octets: names, key and values of extensions are not read. */
export const parseCertificateInDer = (der: Uint8Array): Result<CertificateInDer, ParseError> =>
  readDer({ bytes: der, maxBytes: MAX_CERTIFICATE_BYTES }, (input) => {
    const fields = readFields(input)
    const extensions = readExtensionsUnread(fields.wrapper, 'extensions')
    fields.wrapper.end()
    // Listed, as a spread of them adds 3 % to `codecMicros` (bench worker).
    return {
      signed: fields.signed,
      serialNumber: fields.serialNumber,
      issuer: fields.issuer,
      notBeforeMs: fields.notBeforeMs,
      notAfterMs: fields.notAfterMs,
      subject: fields.subject,
      publicKey: fields.publicKey,
      extensions,
      signatureAlgorithm: fields.signatureAlgorithm,
      signature: fields.signature,
    }
  })

/** Names and key in DER, and the readers that they and the extensions are in. */
interface Fields extends Omit<CertificateInDer, 'extensions'> {
  readonly tbs: DerReader
  readonly wrapper: DerReader
}

function readFields(input: DerReader): Fields {
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
  const issuer = tbs.any('issuer')
  const { notBeforeMs, notAfterMs } = readValidity(tbs)
  const subject = tbs.any('subject')
  const publicKey = tbs.any('subjectPublicKeyInfo')
  const wrapper = tbs.into('extensions', EXTENSIONS)
  tbs.end()
  return {
    issuer,
    notAfterMs,
    notBeforeMs,
    publicKey,
    serialNumber,
    signature,
    signatureAlgorithm,
    signed: tbs.raw,
    subject,
    tbs,
    wrapper,
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

function readValidity(tbs: DerReader): Pick<CertificateFrame, 'notBeforeMs' | 'notAfterMs'> {
  const validity = tbs.sequence('validity')
  const notBeforeMs = validity.time('notBefore')
  const notAfterMs = validity.time('notAfter')
  if (notAfterMs < notBeforeMs) throw validity.refusal('notAfter', 'validity_reversed')
  validity.end()
  return { notBeforeMs, notAfterMs }
}
