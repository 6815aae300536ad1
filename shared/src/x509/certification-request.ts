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
import { contextConstructed } from '../der/tag.ts'
import { MAX_CSR_BYTES } from '../protocol.ts'
import type { Result } from '../result.ts'
import { readExtensions, type Extensions } from './extension.ts'
import { readName, type Name } from './name.ts'
import { ATTRIBUTE_OID, oidToText } from './oid.ts'
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './public-key.ts'
import {
  readEcdsaSignature,
  readSignatureAlgorithm,
  type SignatureAlgorithm,
} from './signature-algorithm.ts'

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

const ATTRIBUTES = contextConstructed(0)
const NO_EXTENSIONS: Extensions = { list: [], values: {} }

/** Attributes that say nothing about the certificate, and are passed over (RFC 2985 §5.4). */
const IGNORED_ATTRIBUTES: ReadonlySet<string> = new Set([
  ATTRIBUTE_OID.challengePassword,
  ATTRIBUTE_OID.unstructuredName,
])

/**
 * Reads a certification request of at most {@link MAX_CSR_BYTES} octets.
 *
 * @returns The request; or where and how it departs from what is accepted.
 */
export const parseCertificationRequest = (der: Uint8Array): Result<CertificationRequest, string> =>
  readDer({ bytes: der, maxBytes: MAX_CSR_BYTES }, readCertificationRequest)

function readCertificationRequest(input: DerReader): CertificationRequest {
  const request = input.sequence('certificationRequest')
  const info = request.sequence('certificationRequestInfo')
  const signatureAlgorithm = readSignatureAlgorithm(request, 'signatureAlgorithm')
  const signature = request.insideBitString('signature')
  request.end()
  if (info.smallInteger('version') !== 0) throw info.refusal('version', 'is not v1 (0)')
  const subject = readName(info, 'subject')
  const publicKey = readSubjectPublicKeyInfo(info, 'subjectPKInfo')
  const extensions = readAttributes(info)
  info.end()
  const { key } = publicKey
  if (key.kind !== 'unsupported' && key.kind !== signatureAlgorithm.kind) {
    throw request.refusal(
      'signatureAlgorithm',
      `is for ${signatureAlgorithm.kind} keys; the public key is of kind ${key.kind}`,
    )
  }
  if (key.kind === 'EC') readEcdsaSignature(signature, key.curve)
  const octets = signature.contents
  return { signed: info.raw, subject, publicKey, extensions, signatureAlgorithm, signature: octets }
}

function readAttributes(info: DerReader): Extensions {
  const attributes = info.setOf('attributes', ATTRIBUTES).list(readAttribute)
  const types = attributes.map(({ oid }) => oid)
  const repeated = types.find((oid, index) => types.indexOf(oid) < index)
  if (repeated !== undefined) {
    throw info.refusal('attributes', `has ${oidToText(repeated)} twice`)
  }
  return attributes.find(({ extensions }) => extensions !== undefined)?.extensions ?? NO_EXTENSIONS
}

interface Attribute {
  readonly oid: string
  readonly extensions?: Extensions
}

function readAttribute(attributes: DerReader, index: number): Attribute {
  const attribute = attributes.sequence(index)
  const oid = attribute.objectIdentifier('type')
  const values = attribute.setOf('values')
  attribute.end()
  if (oid === ATTRIBUTE_OID.extensionRequest) {
    const extensions = readExtensions(values, 'extensionRequest')
    values.end()
    return { oid, extensions }
  }
  if (IGNORED_ATTRIBUTES.has(oid)) return { oid }
  throw attribute.refusal('type', `is ${oidToText(oid)}, an attribute that is not accepted`)
}
