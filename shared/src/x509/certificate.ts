/**
 * X.509 version 3 certificates (RFC 5280 §4.1), read strictly. Whether a signature is right is for
 * the caller to say, who has the issuer's key.
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

/** The fields of a certificate. Octets are views of the input. */
export interface CertificateFields<N, K, E> {
  /** TBSCertificate in DER: what the signature covers. */
  readonly signed: Uint8Array
  /** Big-endian magnitude. */
  readonly serialNumber: Uint8Array
  readonly issuer: N
  readonly subject: N
  /** Epoch milliseconds; both ends belong to the validity. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly publicKey: K
  readonly extensions: E
  /** AlgorithmIdentifier in DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}

/** A certificate, read to the end of every field that is known. */
export type Certificate = CertificateFields<Name, SubjectPublicKeyInfo, Extensions>

/** Largest certificate that is read and issued, in bytes: just below cert-manager's limit on PEM (internal/pem). */
export const MAX_CERTIFICATE_BYTES = 26_624

const VERSION = contextConstructed(0)
const VERSION_3 = 2
const EXTENSIONS = contextConstructed(3)

/** @returns The certificate; or where and how it departs from what is accepted. */
export const parseCertificate = (der: Uint8Array): Result<Certificate, ParseError> =>
  parseCertificateBy(
    { name: readName, publicKey: readSubjectPublicKeyInfo, extensions: readExtensions },
    der,
  )

/** Reads one field, which has to be taken from the reader. */
type ReadField<T> = (reader: DerReader, field: string) => T

/** How those fields are read that have parts of their own; `name` is for issuer and subject. */
export interface FieldReaders<N, K, E> {
  readonly name: ReadField<N>
  readonly publicKey: ReadField<K>
  readonly extensions: ReadField<E>
}

/** The same with a reading of one's own of names, key and extensions. */
export const parseCertificateBy = <N, K, E>(
  read: FieldReaders<N, K, E>,
  der: Uint8Array,
): Result<CertificateFields<N, K, E>, ParseError> =>
  readDer({ bytes: der, maxBytes: MAX_CERTIFICATE_BYTES }, (input) => readFields(input, read))

function readFields<N, K, E>(
  input: DerReader,
  read: FieldReaders<N, K, E>,
): CertificateFields<N, K, E> {
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
  const issuer = read.name(tbs, 'issuer')
  const { notBeforeMs, notAfterMs } = readValidity(tbs)
  const subject = read.name(tbs, 'subject')
  const publicKey = read.publicKey(tbs, 'subjectPublicKeyInfo')
  const wrapper = tbs.into('extensions', EXTENSIONS)
  const extensions = read.extensions(wrapper, 'extensions')
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
