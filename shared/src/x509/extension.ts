/**
 * Extensions (RFC 5280 §4.2): the list, and the values of those that this project knows.
 *
 * @module
 */
import type { DerReader } from '../der/reader.ts'
import { contextPrimitive, TAG } from '../der/tag.ts'
import { readGeneralNames, type GeneralName } from './general-name.ts'
import { readNameConstraints, type NameConstraints } from './name-constraints.ts'
import { EXTENSION_OID, oidToText } from './oid.ts'
import { findRepeated } from './repeated.ts'

/** One extension as it was found. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  /** Contents of extnValue: DER of the extension's own type. */
  readonly value: Uint8Array
}

/** RFC 5280 §4.2.1.9. */
export interface BasicConstraints {
  readonly isCA: boolean
  /** How many CA certificates may follow; no limit when absent. Only with `isCA`. */
  readonly pathLength?: number
}

/** Values of the extensions that are known; a member is absent when its extension is. */
export interface ExtensionValues {
  readonly basicConstraints?: BasicConstraints
  /** Numbers of the bits that are set, ascending (RFC 5280 §4.2.1.3). */
  readonly keyUsage?: readonly number[]
  /** Object identifiers, in order (RFC 5280 §4.2.1.12). */
  readonly extKeyUsage?: readonly string[]
  readonly subjectAltName?: readonly GeneralName[]
  readonly nameConstraints?: NameConstraints
  readonly subjectKeyIdentifier?: Uint8Array
  /** The keyIdentifier of authorityKeyIdentifier; its other form, issuer and serial, is not read. */
  readonly authorityKeyIdentifier?: Uint8Array
}

/** A list of extensions and what is known of it. */
export interface Extensions {
  readonly list: readonly Extension[]
  readonly values: ExtensionValues
}

const KEY_IDENTIFIER = contextPrimitive(0)

/** Takes the Extensions of a certificate: DER throughout, in the values of all that are known as well. */
export function readExtensions(reader: DerReader, field: string): Extensions {
  const extensions = readExtensionList(reader, field, CERTIFICATE)
  if (extensions.list.length === 0) throw reader.refusal(field, 'list_empty')
  requireEachOnce(reader, field, extensions.list)
  return extensions
}

/** Takes the Extensions of a certificate without reading their values. */
export function readExtensionsUnread(reader: DerReader, field: string): readonly Extension[] {
  const list = reader.sequence(field).list((items, index): Extension => {
    const extension = items.sequence(index)
    const oid = extension.objectIdentifier('extnID')
    const critical = extension.booleanDefaultFalse('critical')
    const value = extension.primitive('extnValue', TAG.octetString)
    extension.end()
    return { oid, critical, value }
  })
  requireEachOnce(reader, field, list)
  return list
}

/**
 * Takes the Extensions that a certification request asks for, as tools write them: FALSE may be stated,
 * keyUsage may have trailing zero bits or no bit at all, which asks for nothing. What is copied into a
 * certificate, subjectAltName and nameConstraints, must be DER. Other extensions are not looked into.
 */
export function readRequestedExtensions(reader: DerReader, field: string): Extensions {
  const extensions = readExtensionList(reader, field, REQUEST)
  requireEachOnce(reader, field, extensions.list)
  return extensions
}

/** Reads the value of an extension. @returns Whether it is known; its value is then among `values`. */
type ReadValue = (oid: string, wrapper: DerReader, values: Mutable<ExtensionValues>) => boolean

interface Dialect {
  readonly critical: (extension: DerReader) => boolean
  readonly value: ReadValue
}

function readExtensionList(reader: DerReader, field: string, dialect: Dialect): Extensions {
  const values: Mutable<ExtensionValues> = {}
  const list = reader.sequence(field).list((items, index): Extension => {
    const extension = items.sequence(index)
    const oid = extension.objectIdentifier('extnID')
    const critical = dialect.critical(extension)
    const wrapper = extension.into('extnValue', TAG.octetString)
    extension.end()
    if (dialect.value(oid, wrapper, values)) wrapper.end()
    return { oid, critical, value: wrapper.contents }
  })
  return { list, values }
}

/** RFC 5280 §4.2. */
function requireEachOnce(
  reader: DerReader,
  field: string,
  extensions: readonly Pick<Extension, 'oid'>[],
): void {
  const repeated = findRepeated(extensions.map(({ oid }) => oid))
  if (repeated !== undefined) {
    throw reader.refusal(field, 'extension_repeated', `has ${oidToText(repeated)} twice`)
  }
}

type Mutable<T> = { -readonly [Member in keyof T]: T[Member] }

const readValue: ReadValue = (oid, wrapper, values) => {
  switch (oid) {
    case EXTENSION_OID.basicConstraints: {
      values.basicConstraints = readBasicConstraints(wrapper)
      return true
    }
    case EXTENSION_OID.keyUsage: {
      values.keyUsage = readKeyUsage(wrapper)
      return true
    }
    case EXTENSION_OID.subjectKeyIdentifier: {
      values.subjectKeyIdentifier = wrapper.primitive('subjectKeyIdentifier', TAG.octetString)
      return true
    }
    case EXTENSION_OID.authorityKeyIdentifier: {
      readAuthorityKeyIdentifier(wrapper, values)
      return true
    }
    default: {
      return readSharedValue(oid, wrapper, values)
    }
  }
}

const readRequestedValue: ReadValue = (oid, wrapper, values) => {
  switch (oid) {
    case EXTENSION_OID.basicConstraints: {
      values.basicConstraints = readRequestedBasicConstraints(wrapper)
      return true
    }
    case EXTENSION_OID.keyUsage: {
      const bits = wrapper.paddedNamedBits('keyUsage')
      if (bits.length > 0) values.keyUsage = bits
      return true
    }
    default: {
      return readSharedValue(oid, wrapper, values)
    }
  }
}

const CERTIFICATE: Dialect = {
  critical: (extension) => extension.booleanDefaultFalse('critical'),
  value: readValue,
}
const REQUEST: Dialect = {
  critical: (extension) => extension.optionalBoolean('critical'),
  value: readRequestedValue,
}

/** Those that requests and certificates write alike. */
const readSharedValue: ReadValue = (oid, wrapper, values) => {
  switch (oid) {
    case EXTENSION_OID.extKeyUsage: {
      values.extKeyUsage = readExtKeyUsage(wrapper)
      return true
    }
    case EXTENSION_OID.subjectAltName: {
      values.subjectAltName = readGeneralNames(wrapper, 'subjectAltName')
      return true
    }
    case EXTENSION_OID.nameConstraints: {
      values.nameConstraints = readNameConstraints(wrapper, 'nameConstraints')
      return true
    }
    default: {
      return false
    }
  }
}

function readBasicConstraints(wrapper: DerReader): BasicConstraints {
  const constraints = wrapper.sequence('basicConstraints')
  const isCA = constraints.booleanDefaultFalse('cA')
  if (constraints.nextTag !== TAG.integer) {
    constraints.end()
    return { isCA }
  }
  const pathLength = constraints.smallInteger('pathLenConstraint')
  if (!isCA) throw constraints.refusal('pathLenConstraint', 'path_length_without_ca')
  constraints.end()
  return { isCA, pathLength }
}

/** FALSE may be stated, and a path length without cA limits nothing. */
function readRequestedBasicConstraints(wrapper: DerReader): BasicConstraints {
  const constraints = wrapper.sequence('basicConstraints')
  const isCA = constraints.optionalBoolean('cA')
  const pathLength =
    constraints.nextTag === TAG.integer ? constraints.smallInteger('pathLenConstraint') : undefined
  constraints.end()
  return isCA && pathLength !== undefined ? { isCA, pathLength } : { isCA }
}

function readKeyUsage(wrapper: DerReader): readonly number[] {
  const bits = wrapper.namedBits('keyUsage')
  if (bits.length === 0) throw wrapper.refusal('keyUsage', 'key_usage_empty')
  return bits
}

function readExtKeyUsage(wrapper: DerReader): readonly string[] {
  const oids = wrapper.sequence('extKeyUsage').list((list, index) => list.objectIdentifier(index))
  if (oids.length === 0) throw wrapper.refusal('extKeyUsage', 'list_empty')
  return oids
}

function readAuthorityKeyIdentifier(wrapper: DerReader, values: Mutable<ExtensionValues>): void {
  const authority = wrapper.sequence('authorityKeyIdentifier')
  if (authority.nextTag === KEY_IDENTIFIER) {
    values.authorityKeyIdentifier = authority.primitive('keyIdentifier', KEY_IDENTIFIER)
  }
  authority.list((rest, index) => rest.any(index))
}
