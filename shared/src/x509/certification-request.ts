import { equalBytes } from '../der/bytes.ts'
/**
 * PKCS #10 certification requests (RFC 2986), which come in the dialects of many tools. Only what a
 * certificate takes from one is read: subject, public key and requested extensions. What is copied into
 * the certificate (subject, key, subjectAltName, nameConstraints) must be DER; the rest is read as
 * verifiers read it, or ignored.
 *
 * Out of scope: whether the signature verifies, and whether the request is allowed.
 *
 * @module
 */
import { rememberObjectIdentifier } from '../der/object-identifier.ts'
import { readDer } from '../der/read-der.ts'
import type { DerReader } from '../der/reader.ts'
import { contextConstructed, TAG } from '../der/tag.ts'
import type { ParseError } from '../parse-error.ts'
import { MAX_CSR_BYTES } from '../protocol.ts'
import type { Result } from '../result.ts'
import { readRequestedExtensions, type Extensions } from './extension.ts'
import { readName, type Name } from './name.ts'
import { ATTRIBUTE_OID } from './oid.ts'
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './public-key.ts'
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts'
import { readSignature } from './signature-value.ts'

/** A certification request. Octets are views of the input. */
export interface CertificationRequest {
  /** CertificationRequestInfo in DER: what the signature covers. */
  readonly signed: Uint8Array
  readonly subject: Name
  readonly publicKey: SubjectPublicKeyInfo
  /** What extensionRequest asks for; empty without one. */
  readonly extensions: Extensions
  /** What Microsoft's equivalent asks for; `undefined` without one. See {@link withMicrosoftExtensions}. */
  readonly microsoftExtensions: Extensions | undefined
  readonly signatureAlgorithm: SignatureAlgorithm
  /** In node:crypto's form: DER for ECDSA, octets for the others. */
  readonly signature: Uint8Array
}

/** v1 is 0 (RFC 2986 §4.1); some tools take the name for the number. */
const MAX_VERSION = 1
const ATTRIBUTES = contextConstructed(0)
const NO_EXTENSIONS: Extensions = { list: [], values: {} }

/**
 * Reads a certification request of at most {@link MAX_CSR_BYTES} octets.
 *
 * @returns The request; or where and how it departs from what is accepted.
 */
export const parseCertificationRequest = (
  der: Uint8Array,
): Result<CertificationRequest, ParseError> =>
  readDer({ bytes: der, maxBytes: MAX_CSR_BYTES }, readCertificationRequest)

function readCertificationRequest(input: DerReader): CertificationRequest {
  const request = input.sequence('certificationRequest')
  const info = request.sequence('certificationRequestInfo')
  if (info.smallInteger('version') > MAX_VERSION) {
    throw info.refusal('version', 'version_unsupported', 'is not v1 (0)')
  }
  const subject = readName(info, 'subject')
  const publicKey = readSubjectPublicKeyInfo(info, 'subjectPKInfo')
  const { extensions = NO_EXTENSIONS, microsoftExtensions } = readAttributes(info)
  info.end()
  const signatureAlgorithm = readSignatureAlgorithm(request, 'signatureAlgorithm')
  const signature = readSignature(request, 'signature', {
    key: publicKey.key,
    algorithm: signatureAlgorithm,
  })
  request.end()
  return {
    signed: info.raw,
    subject,
    publicKey,
    extensions,
    microsoftExtensions,
    signatureAlgorithm,
    signature,
  }
}

/**
 * The request as it is read where no one else approves it. Go, and with it cert-manager, its webhook
 * and approver-policy, does not read Microsoft's attribute: in a cluster, whatever it asks for was seen by no
 * approver, and so must not be certified.
 */
export const withMicrosoftExtensions = (request: CertificationRequest): CertificationRequest =>
  request.microsoftExtensions === undefined
    ? request
    : { ...request, extensions: request.microsoftExtensions, microsoftExtensions: undefined }

/** Contents of the object identifiers of the two attributes that ask for extensions. */
const EXTENSION_REQUEST = rememberObjectIdentifier(ATTRIBUTE_OID.extensionRequest)
const MICROSOFT_EXTENSION_REQUEST = rememberObjectIdentifier(
  ATTRIBUTE_OID.microsoftExtensionRequest,
)

interface RequestedExtensions {
  readonly extensions?: Extensions
  readonly microsoftExtensions?: Extensions
}

/**
 * RFC 2986 §4.1 leaves the set of attributes open: all others are ignored, whatever they are and in
 * whatever order. Two requests for extensions are refused, as parsers differ in which one they read.
 */
function readAttributes(info: DerReader): RequestedExtensions {
  const attributes = info.into('attributes', ATTRIBUTES)
  let found: RequestedExtensions | undefined
  for (let index = 0; !attributes.isAtEnd(); index += 1) {
    const attribute = attributes.sequence(index)
    const type = attribute.primitive('type', TAG.objectIdentifier)
    const isMicrosoft = equalBytes(MICROSOFT_EXTENSION_REQUEST, type)
    if (!isMicrosoft && !equalBytes(EXTENSION_REQUEST, type)) continue
    if (found !== undefined) throw attribute.refusal('type', 'extension_request_repeated')
    const extensions = readExtensionRequest(attribute)
    found = isMicrosoft ? { microsoftExtensions: extensions } : { extensions }
  }
  return found ?? {}
}

/** Takes the values of the attribute; without any, nothing is requested. */
function readExtensionRequest(attribute: DerReader): Extensions {
  const values = attribute.into('values', TAG.set)
  attribute.end()
  if (values.isAtEnd()) return NO_EXTENSIONS
  const extensions = readRequestedExtensions(values, 'extensionRequest')
  if (!values.isAtEnd()) throw attribute.refusal('values', 'extension_request_repeated')
  return extensions
}
