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
  const values: Mutable<ExtensionValues> = {}
  const list = reader.sequence(field).list((items, index): Extension => {
    const extension = items.sequence(index)
    const oid = extension.objectIdentifier('extnID')
    const critical = extension.booleanDefaultFalse('critical')
    const wrapper = extension.into('extnValue', TAG.octetString)
    extension.end()
    if (readValue(oid, wrapper, values)) wrapper.end()
    return { oid, critical, value: wrapper.contents }
  })
  requireDistinct(reader, field, list)
  return { list, values }
}

/** Refuses Extensions that were taken and are none, or where one is there twice (RFC 5280 §4.2). */
export function requireDistinct(
  reader: DerReader,
  field: string,
  extensions: readonly Pick<Extension, 'oid'>[],
): void {
  if (extensions.length === 0) throw reader.refusal(field, 'list_empty')
  const repeated = findRepeated(extensions.map(({ oid }) => oid))
  if (repeated !== undefined) {
    throw reader.refusal(field, 'extension_repeated', `has ${oidToText(repeated)} twice`)
  }
}

type Mutable<T> = { -readonly [Member in keyof T]: T[Member] }

/** @returns Whether the extension is known; its value is then among `values`. */
function readValue(oid: string, wrapper: DerReader, values: Mutable<ExtensionValues>): boolean {
  switch (oid) {
    case EXTENSION_OID.basicConstraints: {
      values.basicConstraints = readBasicConstraints(wrapper)
      return true
    }
    case EXTENSION_OID.keyUsage: {
      values.keyUsage = readKeyUsage(wrapper)
      return true
    }
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
    case EXTENSION_OID.subjectKeyIdentifier: {
      values.subjectKeyIdentifier = wrapper.primitive('subjectKeyIdentifier', TAG.octetString)
      return true
    }
    case EXTENSION_OID.authorityKeyIdentifier: {
      readAuthorityKeyIdentifier(wrapper, values)
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
