/**
 * What a certification request asks for beside names. The walk over its DER is tolerant and shares no code
 * with the product; cert-manager's webhook admits a CertificateRequest only if `spec.usages` and
 * `spec.isCA` equal what the request inside says.
 *
 * @module
 */
import { decodeFirstPemBlock, EXTENDED_KEY_USAGE_OIDS, KEY_USAGE_BITS } from '@edge-issuer/shared'
import { fromTree, type Node, toTree } from '../pki/der-tree.ts'
import { oid } from '../pki/x509.ts'

/** Usages in cert-manager's words; empty where the request names none. */
export interface Requested {
  readonly usages: readonly string[]
  readonly isCA: boolean
}

const NOTHING: Requested = { usages: [], isCA: false }

/** RFC 2986 §4.1 and what Microsoft's enrollment writes in its place. */
const EXTENSION_REQUESTS = new Set(
  ['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14'].map(hexOfOid),
)
const KEY_USAGE = hexOfOid('2.5.29.15')
const EXTENDED_KEY_USAGE = hexOfOid('2.5.29.37')
const BASIC_CONSTRAINTS = hexOfOid('2.5.29.19')

const TAG = { boolean: 0x01, bitString: 0x03, attributes: 0xa0 } as const

/** The first name of each object identifier: cert-manager has two for some. */
const EXTENDED_KEY_USAGE_NAMES = new Map(
  Object.entries(EXTENDED_KEY_USAGE_OIDS)
    .toReversed()
    .map(([name, dotted]) => [hexOfOid(dotted), name]),
)

/** The name that is written for each bit; `signing` is the same bit as `digital signature`. */
const KEY_USAGE_NAMES = Object.entries(KEY_USAGE_BITS).filter(([name]) => name !== 'signing')

/**
 * Reads usages and basicConstraints of the first PEM block of a file.
 *
 * @returns Nothing requested where the file holds no request that can be read.
 */
export function readRequested(content: Uint8Array): Requested {
  const der = derOf(content)
  return der === undefined ? NOTHING : requestedBy(der)
}

/** First octet of every DER certification request: a SEQUENCE. */
const SEQUENCE = 0x30

/** DER of the first PEM block, whatever its label; of a file in DER; of one in base64. */
export function derOf(content: Uint8Array): Uint8Array | undefined {
  if (content[0] === SEQUENCE) return content
  const block = decodeFirstPemBlock(content)
  if (block !== undefined) return block.bytes
  const decoded = new Uint8Array(Buffer.from(Buffer.from(content).toString('latin1'), 'base64'))
  return decoded[0] === SEQUENCE ? decoded : decodeFirstPemBlock(decoded)?.bytes
}

function requestedBy(der: Uint8Array): Requested {
  const extensions = extensionsOf(der)
  const keyUsage = extensions.get(KEY_USAGE)
  const extendedKeyUsage = extensions.get(EXTENDED_KEY_USAGE)
  const basicConstraints = extensions.get(BASIC_CONSTRAINTS)
  return {
    usages: [...keyUsageNames(keyUsage), ...extendedKeyUsageNames(extendedKeyUsage)],
    isCA: childrenOf(basicConstraints).some(
      ({ tag, contents }) => tag === TAG.boolean && contents[0] !== 0,
    ),
  }
}

/** Values of the extensions that are requested, by object identifier; of two, the first. */
function extensionsOf(der: Uint8Array): ReadonlyMap<string, Node> {
  const values = new Map<string, Node>()
  const info = childrenOf(treeOf(der))[0]
  const attributes = childrenOf(info).find(({ tag }) => tag === TAG.attributes)
  for (const attribute of childrenOf(attributes)) {
    const [type, set] = childrenOf(attribute)
    if (!EXTENSION_REQUESTS.has(hexOf(type))) continue
    for (const extension of childrenOf(childrenOf(set)[0])) {
      const parts = childrenOf(extension)
      const value = childrenOf(parts.at(-1))[0]
      const id = hexOf(parts[0])
      if (value !== undefined && !values.has(id)) values.set(id, value)
    }
  }
  return values
}

function keyUsageNames(value: Node | undefined): readonly string[] {
  if (value?.tag !== TAG.bitString || !(value.contents instanceof Uint8Array)) return []
  const bits = value.contents.subarray(1)
  return KEY_USAGE_NAMES.filter(
    ([, bit]) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0,
  ).map(([name]) => name)
}

const extendedKeyUsageNames = (value: Node | undefined): readonly string[] =>
  childrenOf(value).flatMap((purpose) => {
    const name = EXTENDED_KEY_USAGE_NAMES.get(hexOf(purpose))
    return name === undefined ? [] : [name]
  })

function treeOf(der: Uint8Array): Node | undefined {
  try {
    return toTree(der)
  } catch {
    return undefined
  }
}

const childrenOf = (node: Node | undefined): readonly Node[] =>
  node === undefined || node.contents instanceof Uint8Array ? [] : node.contents

const hexOf = (node: Node | undefined): string =>
  node?.contents instanceof Uint8Array ? Buffer.from(node.contents).toString('hex') : ''

/** Hex of the contents of an OBJECT IDENTIFIER. */
function hexOfOid(dotted: string): string {
  return Buffer.from(oid(dotted).subarray(2)).toString('hex')
}

/** SubjectPublicKeyInfo of a certification request in DER. */
export function publicKeyOf(der: Uint8Array): Uint8Array | undefined {
  const key = childrenOf(childrenOf(treeOf(der))[0])[2]
  return key === undefined ? undefined : fromTree(key)
}
