/**
 * PKCS #10 certification requests (RFC 2986), read strictly.
 *
 * In scope: the octets follow DER and the grammar, attributes and extensions are each there once.
 * Out of scope: whether the signature is right, and whether what is asked for is allowed.
 *
 * @module
 */
import { readDer } from '../der/read-der.ts'
import type { DerReader, StringValue } from '../der/reader.ts'
import { contextConstructed } from '../der/tag.ts'
import type { ParseFault } from '../parse-fault.ts'
import { MAX_CSR_BYTES } from '../protocol.ts'
import type { Result } from '../result.ts'
import { readExtensions, type Extensions } from './extension.ts'
import { readName, type Name } from './name.ts'
import { ATTRIBUTE_OID, oidToText } from './oid.ts'
import {
  readSubjectPublicKeyInfo,
  type PublicKey,
  type SubjectPublicKeyInfo,
} from './public-key.ts'
import { findRepeated } from './repeated.ts'
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
  /** Challenge passwords and unstructured names: for nobody to use. */
  readonly otherAttributes: readonly OtherAttribute[]
  readonly signatureAlgorithm: SignatureAlgorithm
  /** In node:crypto's form: DER for ECDSA, octets for the others. */
  readonly signature: Uint8Array
}

/** An attribute that says nothing about the certificate. */
export interface OtherAttribute {
  readonly oid: string
  readonly values: readonly StringValue[]
}

const VERSION_1 = 0
const ATTRIBUTES = contextConstructed(0)
const NO_EXTENSIONS: Extensions = { list: [], values: {} }

/** What else RFC 2985 §5.4 has: read, and passed over. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  ATTRIBUTE_OID.challengePassword,
  ATTRIBUTE_OID.unstructuredName,
])

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
  const attributes = readAttributes(info)
  info.end()
  const signatureAlgorithm = readSignatureAlgorithm(request, 'signatureAlgorithm')
  requireSameKind(request, publicKey.key, signatureAlgorithm)
  const signature = readSignature(request, 'signature', publicKey.key)
  request.end()
  const { extensions, otherAttributes } = attributes
  return {
    signed: info.raw,
    subject,
    publicKey,
    extensions,
    otherAttributes,
    signatureAlgorithm,
    signature,
  }
}

function requireSameKind(request: DerReader, key: PublicKey, algorithm: SignatureAlgorithm): void {
  if (key.kind === 'unsupported' || key.kind === algorithm.kind) return
  throw request.refusal(
    'signatureAlgorithm',
    'signature_key_mismatch',
    `is for ${algorithm.kind} keys; the public key is of kind ${key.kind}`,
  )
}

type Attributes = Pick<CertificationRequest, 'extensions' | 'otherAttributes'>

function readAttributes(info: DerReader): Attributes {
  const attributes = info.setOf('attributes', ATTRIBUTES).list(readAttribute)
  const repeated = findRepeated(attributes.map(({ oid }) => oid))
  if (repeated !== undefined) {
    throw info.refusal('attributes', 'attribute_repeated', `has ${oidToText(repeated)} twice`)
  }
  let extensions = NO_EXTENSIONS
  const otherAttributes: OtherAttribute[] = []
  for (const attribute of attributes) {
    if ('values' in attribute) otherAttributes.push(attribute)
    else ({ extensions } = attribute)
  }
  return { extensions, otherAttributes }
}

interface ExtensionRequest {
  readonly oid: string
  readonly extensions: Extensions
}

function readAttribute(attributes: DerReader, index: number): ExtensionRequest | OtherAttribute {
  const attribute = attributes.sequence(index)
  const oid = attribute.objectIdentifier('type')
  if (oid !== ATTRIBUTE_OID.extensionRequest) requirePassedOver(attribute, oid)
  const values = attribute.setOf('values')
  attribute.end()
  if (values.isAtEnd()) throw attribute.refusal('values', 'attribute_values')
  const found =
    oid === ATTRIBUTE_OID.extensionRequest
      ? { oid, extensions: readExtensions(values, 'extensionRequest') }
      : { oid, values: readStrings(values, oid) }
  if (!values.isAtEnd()) throw attribute.refusal('values', 'attribute_values')
  return found
}

/** A challenge password has one value (RFC 2985 §5.4.1); what is left is for the caller to refuse. */
function readStrings(values: DerReader, oid: string): readonly StringValue[] {
  return oid === ATTRIBUTE_OID.challengePassword
    ? [values.string(0)]
    : values.list((list, index) => list.string(index))
}

function requirePassedOver(attribute: DerReader, oid: string): void {
  if (PASSED_OVER.has(oid)) return
  const name = oidToText(oid)
  if (oid === ATTRIBUTE_OID.microsoftExtensionRequest) {
    const words = `is ${name}, which some parsers read and others do not; extensionRequest is wanted`
    throw attribute.refusal('type', 'microsoft_extension_request', words)
  }
  const words = `is ${name}, an attribute that is not accepted`
  throw attribute.refusal('type', 'attribute_not_accepted', words)
}
