export { decodeObjectIdentifier } from '../der/object-identifier.ts'
export { equalBytes, fromHex, toHex } from '../der/bytes.ts'
export * as der from '../der/writer.ts'
export { TAG } from '../der/tag.ts'
export { timeToText } from '../der/time.ts'
export { isCanonicalPoint, isSmallOrderPoint } from './ed25519.ts'
export * from './certificate.ts'
export * from './certification-request.ts'
export type * from './extension.ts'
export * from './critical-extensions.ts'
export { generalNameToText, type GeneralName } from './general-name.ts'
export * from './ip-address.ts'
export {
  attributeTypeToText,
  nameToText,
  SUBJECT_ATTRIBUTES,
  subjectAttributeOf,
  subjectAttributeOid,
  type Name,
  type NameAttribute,
  type SubjectAttribute,
} from './name.ts'
export * from './key-usage-bits.ts'
export type { NameConstraints } from './name-constraints.ts'
export * from './oid.ts'
export * from './policy-extensions.ts'
export {
  publicKeyToText,
  type Curve,
  type PublicKey,
  type SubjectPublicKeyInfo,
} from './public-key.ts'
export type { SignatureAlgorithm, SignatureHash } from './signature-algorithm.ts'
export { isSignatureBy } from './signature-value.ts'
