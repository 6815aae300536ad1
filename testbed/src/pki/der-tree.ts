/**
 * DER as a tree, taken apart without any rule and put together with any fault: for mutations that
 * know the structure.
 * @module
 */
import { concat, octets } from './x509.ts'

/** One element. */
export interface Node {
  readonly tag: number
  /** Elements, or octets where the contents are not elements. */
  readonly contents: Uint8Array | readonly Node[]
  /** Octets of the length in place of the right ones. */
  readonly length?: Uint8Array
}

/** @param der - One element and nothing else, with lengths of at most two octets after the first. */
export function toTree(der: Uint8Array): Node {
  const [node] = toNodes(der) ?? []
  if (node === undefined) throw new Error('these octets are no DER')
  return node
}

/** @returns `undefined` when the octets are not elements one after the other. */
function toNodes(bytes: Uint8Array): readonly Node[] | undefined {
  const nodes: Node[] = []
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at + 1] ?? 0
    const more = first < 0x80 ? 0 : first - 0x80
    const contentsAt = at + 2 + more
    const length =
      more === 0
        ? first
        : Number(`0x${Buffer.from(bytes.subarray(at + 2, contentsAt)).toString('hex')}`)
    if (more > 2 || !(contentsAt + length <= bytes.length)) return undefined
    const contents = bytes.subarray(contentsAt, contentsAt + length)
    nodes.push(toNode(bytes[at] ?? 0, contents))
    at = contentsAt + length
  }
  return nodes
}

function toNode(tag: number, contents: Uint8Array): Node {
  // An OCTET STRING may hold DER: the value of an extension does.
  const isNested = (tag & 0x20) !== 0 || tag === 0x04
  return { tag, contents: (isNested ? toNodes(contents) : undefined) ?? contents }
}

/** The octets of a tree. */
export function fromTree({ tag, contents, length }: Node): Uint8Array {
  const inner = contents instanceof Uint8Array ? contents : concat(...contents.map(fromTree))
  return concat(octets(tag), length ?? lengthOf(inner.length), inner)
}

/** X.690 §8.1.3 in the shortest form. */
function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return octets(length)
  return length < 0x1_00 ? octets(0x81, length) : octets(0x82, length >> 8, length & 0xff)
}

/** Number of nodes. */
export const countNodes = ({ contents }: Node): number =>
  contents instanceof Uint8Array ? 1 : contents.reduce((sum, node) => sum + countNodes(node), 1)

/** Replaces the node of a number, counted from the root down, by any number of nodes. */
export function replaceNode(
  root: Node,
  number: number,
  change: (node: Node) => readonly Node[],
): readonly Node[] {
  if (number === 0) return change(root)
  if (root.contents instanceof Uint8Array) return [root]
  let left = number - 1
  const contents = root.contents.flatMap((node) => {
    const size = countNodes(node)
    const here = left >= 0 && left < size ? replaceNode(node, left, change) : [node]
    left -= size
    return here
  })
  return [{ ...root, contents }]
}
