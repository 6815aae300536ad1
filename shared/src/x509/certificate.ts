/**
 * X.509 version 3 certificates (RFC 5280 §4.1), read strictly. Whether a signature is right is for
 * the caller to say, who has the issuer's key.
 *
 * @module
 */
import { equalOctets } from '../der/octets.ts'
import { readDer } from '../der/read-der.ts'
import type { DerReader } from '../der/reader.ts'
import { contextConstructed } from '../der/tag.ts'
import type { ParseFault } from '../parse-fault.ts'
import type { Result } from '../result.ts'
import { type Extension, readExtensionList, readExtensions, type Extensions } from './extension.ts'
import { readName, type Name } from './name.ts'
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './public-key.ts'

/** The fields of a certificate. Octets are views of the input. */
interface Fields<N, K, E> {
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
export type Certificate = Fields<Name, SubjectPublicKeyInfo, Extensions>

/** Largest certificate that is read, in octets: cert-manager's limit on PEM (internal/pem) is above. */
const MAX_CERTIFICATE_BYTES = 26_624

const VERSION = contextConstructed(0)
const VERSION_3 = 2
const EXTENSIONS = contextConstructed(3)

/** @returns The certificate; or where and how it departs from what is accepted. */
export const parseCertificate = (der: Uint8Array): Result<Certificate, ParseFault> =>
  readDer({ bytes: der, maxBytes: MAX_CERTIFICATE_BYTES }, (input) =>
    readFields(input, {
      name: readName,
      publicKey: readSubjectPublicKeyInfo,
      extensions: readExtensions,
    }),
  )

/** The fields of a certificate, with the octets of names, key and extensions as they are. */
export type CertificateFields = Fields<Uint8Array, Uint8Array, readonly Extension[]>

/** The same without a look into names, key and extensions: for octets that were read before. */
export const parseCertificateFields = (der: Uint8Array): Result<CertificateFields, ParseFault> =>
  readDer({ bytes: der, maxBytes: MAX_CERTIFICATE_BYTES }, (input) =>
    readFields(input, { name: readWhole, publicKey: readWhole, extensions: readExtensionList }),
  )

const readWhole = (reader: DerReader, field: string): Uint8Array => reader.any(field)

/** Reads one field. */
type ReadField<T> = (reader: DerReader, field: string) => T

function readFields<N, K, E>(
  input: DerReader,
  read: {
    readonly name: ReadField<N>
    readonly publicKey: ReadField<K>
    readonly extensions: ReadField<E>
  },
): Fields<N, K, E> {
  const certificate = input.sequence('certificate')
  const tbs = certificate.sequence('tbsCertificate')
  const signatureAlgorithm = readAlgorithm(certificate, 'signatureAlgorithm')
  const signature = certificate.insideBitString('signatureValue').contents
  certificate.end()
  readVersion(tbs)
  const serialNumber = tbs.positiveInteger('serialNumber')
  if (!equalOctets(readAlgorithm(tbs, 'signature'), signatureAlgorithm)) {
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
