/**
 * PKCS #10 certification requests (RFC 2986), read strictly.
 *
 * In scope: the octets follow DER and the grammar, attributes and extensions are each there once.
 * Out of scope: whether the signature is right, and whether what is asked for is allowed.
 *
 * @module
 */
import { readDer } from '../der/read-der.ts'
import type { DerReader } from '../der/reader.ts'
import { contextConstructed, TAG } from '../der/tag.ts'
import type { ParseFault } from '../parse-fault.ts'
import { MAX_CSR_BYTES } from '../protocol.ts'
import type { Result } from '../result.ts'
import { readExtensions, type Extensions } from './extension.ts'
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
  /** What the extensionRequest attribute asks for; empty without one. */
  readonly extensions: Extensions
  readonly signatureAlgorithm: SignatureAlgorithm
  /** In node:crypto's form: DER for ECDSA, octets for the others. */
  readonly signature: Uint8Array
}

const VERSION_1 = 0
const ATTRIBUTES = contextConstructed(0)
const NO_EXTENSIONS: Extensions = { list: [], values: {} }

/**
 * Reads a certification request of at most {@link MAX_CSR_BYTES} octets.
 *
 * @returns The request; or where and how it departs from what is accepted.
 */
export const parseCertificationRequest = (
  der: Uint8Array,
): Result<CertificationRequest, ParseFault> =>
  readDer({ bytes: der, maxBytes: MAX_CSR_BYTES }, readCertificationRequest)

function readCertificationRequest(input: DerReader): CertificationRequest {
  const request = input.sequence('certificationRequest')
  const info = request.sequence('certificationRequestInfo')
  if (info.smallInteger('version') !== VERSION_1) {
    throw info.refusal('version', 'version_unsupported', 'is not v1 (0)')
  }
  const subject = readName(info, 'subject')
  const publicKey = readSubjectPublicKeyInfo(info, 'subjectPKInfo')
  const extensions = readAttributes(info)
  info.end()
  const signatureAlgorithm = readSignatureAlgorithm(request, 'signatureAlgorithm')
  const signature = readSignature(request, 'signature', publicKey.key, signatureAlgorithm)
  request.end()
  return {
    signed: info.raw,
    subject,
    publicKey,
    extensions,
    signatureAlgorithm,
    signature,
  }
}

/** RFC 2986 §4.1 leaves the set of attributes open: all but those that ask for extensions are ignored. */
const EXTENSION_REQUESTS: ReadonlySet<string> = new Set([
  ATTRIBUTE_OID.extensionRequest,
  ATTRIBUTE_OID.microsoftExtensionRequest,
])

function readAttributes(info: DerReader): Extensions {
  const attributes = info.into('attributes', ATTRIBUTES)
  let found: Extensions | undefined
  attributes.list((list, index) => {
    const attribute = list.sequence(index)
    const isRequest = EXTENSION_REQUESTS.has(attribute.objectIdentifier('type'))
    const values = attribute.into('values', TAG.set)
    attribute.end()
    if (!isRequest) return
    while (!values.isAtEnd()) {
      if (found !== undefined) throw attribute.refusal('values', 'extension_request_repeated')
      found = readExtensions(values, 'extensionRequest')
    }
  })
  return found ?? NO_EXTENSIONS
}
