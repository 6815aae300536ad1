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

/** Takes Extensions. Refuses an empty list, one extension twice, and a known value that is not DER. */
export function readExtensions(reader: DerReader, field: string): Extensions {
  const values: ExtensionValues = {}
  const list = readList(reader, field, (oid, wrapper) => {
    const value = readValue(oid, wrapper)
    if (value === undefined) return
    Object.assign(values, value)
    wrapper.end()
  })
  return { list, values }
}

/** The same without a look into the values. */
export const readExtensionList = (reader: DerReader, field: string): readonly Extension[] =>
  readList(reader, field, () => undefined)

/** @param look - Reads what is in a value, if anything. */
function readList(
  reader: DerReader,
  field: string,
  look: (oid: string, wrapper: DerReader) => void,
): readonly Extension[] {
  const list = reader.sequence(field).list((items, index): Extension => {
    const extension = items.sequence(index)
    const oid = extension.objectIdentifier('extnID')
    const critical = extension.booleanDefaultFalse('critical')
    const wrapper = extension.into('extnValue', TAG.octetString)
    extension.end()
    look(oid, wrapper)
    return { oid, critical, value: wrapper.contents }
  })
  if (list.length === 0) throw reader.refusal(field, 'list_empty')
  const repeated = findRepeated(list.map(({ oid }) => oid))
  if (repeated !== undefined) {
    throw reader.refusal(field, 'extension_repeated', `has ${oidToText(repeated)} twice`)
  }
  return list
}

/** @returns `undefined` for an extension that is not known. */
function readValue(oid: string, wrapper: DerReader): ExtensionValues | undefined {
  switch (oid) {
    case EXTENSION_OID.basicConstraints: {
      return { basicConstraints: readBasicConstraints(wrapper) }
    }
    case EXTENSION_OID.keyUsage: {
      return { keyUsage: readKeyUsage(wrapper) }
    }
    case EXTENSION_OID.extKeyUsage: {
      return { extKeyUsage: readExtKeyUsage(wrapper) }
    }
    case EXTENSION_OID.subjectAltName: {
      return { subjectAltName: readGeneralNames(wrapper, 'subjectAltName') }
    }
    case EXTENSION_OID.nameConstraints: {
      return { nameConstraints: readNameConstraints(wrapper, 'nameConstraints') }
    }
    case EXTENSION_OID.subjectKeyIdentifier: {
      return { subjectKeyIdentifier: wrapper.primitive('subjectKeyIdentifier', TAG.octetString) }
    }
    case EXTENSION_OID.authorityKeyIdentifier: {
      return readAuthorityKeyIdentifier(wrapper)
    }
    default: {
      return undefined
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

function readAuthorityKeyIdentifier(wrapper: DerReader): ExtensionValues {
  const authority = wrapper.sequence('authorityKeyIdentifier')
  const keyIdentifier =
    authority.nextTag === KEY_IDENTIFIER
      ? { authorityKeyIdentifier: authority.primitive('keyIdentifier', KEY_IDENTIFIER) }
      : {}
  authority.list((rest, index) => rest.any(index))
  return keyIdentifier
}
