/**
 * General names (RFC 5280 §4.2.1.6): the members of subjectAltName and of name constraints.
 *
 * @module
 */
import { toHex } from '../der/bytes.ts'
import type { DerReader } from '../der/reader.ts'
import { isStringTag } from '../der/string.ts'
import { contextConstructed, contextPrimitive, TAG } from '../der/tag.ts'
import { IPV4_BYTES, IPV6_BYTES, ipToText } from './ip-address.ts'

/** A general name. Forms that are never certified are named, but not read. */
export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  | {
      readonly kind: 'ip'
      /** 4 or 16; in a name constraint twice as many, the mask after the address. */
      readonly bytes: Uint8Array
    }
  | {
      readonly kind: 'otherName'
      readonly typeId: string
      /** Tag of the value. */
      readonly tag: number
      /** Text of a character string; otherwise `#` and hexadecimal digits of the DER (RFC 4514 §2.4). */
      readonly value: string
    }
  | { readonly kind: 'unsupported'; readonly form: string }

/** Lengths of iPAddress in a subjectAltName, in bytes. */
const ADDRESS_BYTES: readonly number[] = [IPV4_BYTES, IPV6_BYTES]

const OTHER_NAME = contextConstructed(0)
const EMAIL = contextPrimitive(1)
const DNS = contextPrimitive(2)
const URI = contextPrimitive(6)
const IP = contextPrimitive(7)

const UNSUPPORTED_FORMS = new Map<number | undefined, string>([
  [contextConstructed(3), 'x400Address'],
  [contextConstructed(4), 'directoryName'],
  [contextConstructed(5), 'ediPartyName'],
  [contextPrimitive(8), 'registeredID'],
])

/** Takes the GeneralNames of a subjectAltName, at least one; the same name may be there again. */
export function readGeneralNames(reader: DerReader, field: string): readonly GeneralName[] {
  const names = reader.sequence(field).list((list, index) => readGeneralName(list, index))
  if (names.length === 0) throw reader.refusal(field, 'list_empty')
  return names
}

/** @param ipBytes - Lengths that an iPAddress may have. */
export function readGeneralName(
  reader: DerReader,
  field: string | number,
  ipBytes: readonly number[] = ADDRESS_BYTES,
): GeneralName {
  const tag = reader.nextTag
  switch (tag) {
    case OTHER_NAME: {
      return readOtherName(reader.into(field, OTHER_NAME))
    }
    case EMAIL: {
      return { kind: 'email', value: reader.ia5String(field, EMAIL) }
    }
    case DNS: {
      return { kind: 'dns', value: reader.ia5String(field, DNS) }
    }
    case URI: {
      return { kind: 'uri', value: reader.ia5String(field, URI) }
    }
    case IP: {
      const bytes = reader.primitive(field, IP)
      if (ipBytes.includes(bytes.length)) return { kind: 'ip', bytes }
      throw reader.refusal(
        field,
        'ip_address_length',
        `is an iPAddress of ${String(bytes.length)} octets; expected ${ipBytes.join(' or ')}`,
      )
    }
    case undefined:
    default: {
      const form = UNSUPPORTED_FORMS.get(tag)
      reader.any(field)
      if (form === undefined) throw reader.refusal(field, 'general_name_unknown')
      return { kind: 'unsupported', form }
    }
  }
}

/** `SEQUENCE { type-id, [0] EXPLICIT value }` under another identifier. */
function readOtherName(otherName: DerReader): GeneralName {
  const typeId = otherName.objectIdentifier('type-id')
  const wrapper = otherName.into('value', contextConstructed(0))
  otherName.end()
  const tag = wrapper.nextTag ?? 0
  const value = isStringTag(tag) ? wrapper.string('value').text : `#${toHex(wrapper.any('value'))}`
  wrapper.end()
  return { kind: 'otherName', typeId, tag, value }
}

/** Prefixes of ASN1_generate_nconf(3). */
const STRING_FORMS: Readonly<Record<number, string>> = {
  [TAG.utf8String]: 'UTF8:',
  [TAG.numericString]: 'NUMERIC:',
  [TAG.printableString]: 'PRINTABLE:',
  [TAG.teletexString]: 'T61:',
  [TAG.ia5String]: 'IA5:',
  [TAG.bmpString]: 'BMP:',
}

/** A general name in one line, as openssl writes it: `DNS:a.example`, `IP:10.0.0.1`. */
export function generalNameToText(name: GeneralName): string {
  switch (name.kind) {
    case 'dns': {
      return `DNS:${name.value}`
    }
    case 'email': {
      return `email:${name.value}`
    }
    case 'uri': {
      return `URI:${name.value}`
    }
    case 'ip': {
      return `IP:${addressToText(name.bytes)}`
    }
    case 'otherName': {
      return `otherName:${name.typeId};${STRING_FORMS[name.tag] ?? ''}${name.value}`
    }
    case 'unsupported': {
      return name.form
    }
  }
}

/** With the mask behind a slash, where there is one. */
function addressToText(bytes: Uint8Array): string {
  if (ADDRESS_BYTES.includes(bytes.length)) return ipToText(bytes)
  const half = bytes.length / 2
  return `${ipToText(bytes.subarray(0, half))}/${ipToText(bytes.subarray(half))}`
}
