/**
 * The one form of all certification requests that say the same to a reader: without what is ignored,
 * and with what may be written in several ways written as DER and the RFCs have it. Independent of the
 * product's own DER.
 * @module
 */
import {
  extensionRequest,
  pssParameters,
  SHA256,
  SHA384,
  SHA512,
} from '@edge-issuer/testbed/pki/csr'
import {
  constructed,
  integer,
  namedBits,
  NULL,
  octets,
  octetString,
  oid,
  seq,
} from '@edge-issuer/testbed/pki/x509'

/** One element, with its identifier and length in `raw`. */
interface Element {
  readonly tag: number
  readonly raw: Uint8Array
  readonly contents: Uint8Array
}

/** @param bytes - Elements one after the other, with lengths of at most two octets after the first. */
function elementsOf(bytes: Uint8Array): readonly Element[] {
  const elements: Element[] = []
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at + 1] ?? 0
    const more = first < 0x80 ? 0 : first - 0x80
    const contentsAt = at + 2 + more
    const long = Number(`0x0${Buffer.from(bytes.subarray(at + 2, contentsAt)).toString('hex')}`)
    const end = contentsAt + (more === 0 ? first : long)
    const element = { tag: bytes[at] ?? 0, contents: bytes.subarray(contentsAt, end) }
    elements.push({ ...element, raw: bytes.subarray(at, end) })
    at = end
  }
  return elements
}

const childrenOf = (element: Element | undefined): readonly Element[] =>
  elementsOf(element?.contents ?? octets())
const rawOf = (element: Element | undefined): Uint8Array => element?.raw ?? octets()
const isEqual = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const EXTENSION_REQUESTS = [oid('1.2.840.113549.1.9.14'), oid('1.3.6.1.4.1.311.2.1.14')]
const BASIC_CONSTRAINTS = oid('2.5.29.19')
const KEY_USAGE = oid('2.5.29.15')
const BOOLEAN = 0x01
const INTEGER = 0x02
const FALSE = octets(BOOLEAN, 1, 0)

/** @param der - A certification request that the product reads, whose algorithm is supported. */
export function normalForm(der: Uint8Array): Uint8Array {
  const [info, algorithm, signature] = childrenOf(elementsOf(der)[0])
  const [, subject, key, attributes] = childrenOf(info)
  const extensions = childrenOf(attributes).flatMap(requestedExtensions).map(normalExtension)
  const asked = extensions.length === 0 ? [] : [extensionRequest(...extensions)]
  return seq(
    seq(integer(0), rawOf(subject), rawOf(key), constructed(0, ...asked)),
    normalAlgorithm(childrenOf(algorithm)),
    rawOf(signature),
  )
}

function requestedExtensions(attribute: Element): readonly Element[] {
  const [type, values] = childrenOf(attribute)
  if (!EXTENSION_REQUESTS.some((one) => isEqual(one, rawOf(type)))) return []
  return childrenOf(childrenOf(values)[0])
}

function normalExtension(extension: Element): Uint8Array {
  const fields = childrenOf(extension)
  const type = rawOf(fields[0])
  const critical = fields.filter(({ tag, raw }) => tag === BOOLEAN && !isEqual(raw, FALSE))
  const value = fields.at(-1)?.contents ?? octets()
  return seq(type, ...critical.map(rawOf), octetString(normalValue(type, value)))
}

function normalValue(type: Uint8Array, value: Uint8Array): Uint8Array {
  if (isEqual(type, BASIC_CONSTRAINTS)) return normalBasicConstraints(value)
  return isEqual(type, KEY_USAGE) ? normalKeyUsage(value) : value
}

function normalBasicConstraints(value: Uint8Array): Uint8Array {
  const fields = childrenOf(elementsOf(value)[0])
  const isCA = fields.some(({ tag, raw }) => tag === BOOLEAN && !isEqual(raw, FALSE))
  const kept = fields.filter(({ tag }) => isCA || (tag !== BOOLEAN && tag !== INTEGER))
  return seq(...kept.map(rawOf))
}

/** Removes trailing zero bits; a value without any bit stays unchanged. */
function normalKeyUsage(value: Uint8Array): Uint8Array {
  const bits = Array.from(elementsOf(value)[0]?.contents.subarray(1) ?? [], (octet) =>
    octet.toString(2).padStart(8, '0'),
  ).join('')
  const numbers = Array.from(bits, (bit, at) => (bit === '1' ? at : -1)).filter((at) => at >= 0)
  return numbers.length === 0 ? value : namedBits(...numbers)
}

const RSA_PREFIX = hex(oid('1.2.840.113549.1.1.11').subarray(2, -1))
const PSS = oid('1.2.840.113549.1.1.10')

function normalAlgorithm([type, parameters]: readonly Element[]): Uint8Array {
  if (isEqual(rawOf(type), PSS)) return seq(PSS, normalPss(rawOf(parameters)))
  const isRsa = hex(type?.contents ?? octets()).startsWith(RSA_PREFIX)
  return isRsa ? seq(rawOf(type), NULL) : seq(rawOf(type))
}

function normalPss(parameters: Uint8Array): Uint8Array {
  const [hash = SHA256, saltLength = 32] =
    (
      [
        [SHA256, 32],
        [SHA384, 48],
        [SHA512, 64],
      ] as const
    ).find(([one]) => hex(parameters).includes(hex(oid(one)))) ?? []
  return pssParameters({ hash: oid(hash), saltLength })
}
