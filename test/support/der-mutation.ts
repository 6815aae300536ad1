import {
  countNodes,
  fromTree,
  type Node,
  replaceNode,
  toTree,
} from '@edge-issuer/testbed/pki/der-tree'
import { concat, octets } from '@edge-issuer/testbed/pki/x509'
/**
 * Mutations of DER that know its structure: what is left is mostly well-formed, so that it reaches
 * deep into a reader.
 * @module
 */
import * as fc from 'fast-check'

/** Random choices of a mutation. */
interface Choice {
  /** Index of the node, modulo their number. */
  readonly at: number
  readonly octet: number
  readonly number: number
}

const choice: fc.Arbitrary<Choice> = fc.record({
  at: fc.nat(),
  octet: fc.nat({ max: 255 }),
  number: fc.nat({ max: 40 }),
})

type Mutation = (node: Node, choice: Choice) => readonly Node[]

const withContents = (node: Node, contents: Node['contents']): readonly Node[] => [
  { ...node, contents },
]
const octetsOf = ({ contents }: Node): Uint8Array =>
  contents instanceof Uint8Array ? contents : concat(...contents.map(fromTree))

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  remove: () => [],
  double: (node) => [node, node],
  empty: (node) => withContents(node, octets()),
  retag: (node, { octet }) => [{ ...node, tag: octet }],
  flip: (node) => [{ ...node, tag: node.tag ^ 0x20 }],
  wrap: (node, { octet }) => [{ tag: octet, contents: [node] }],
  unwrap: (node) => (node.contents instanceof Uint8Array ? [node] : node.contents),
  reverse: (node) =>
    node.contents instanceof Uint8Array ? [node] : withContents(node, node.contents.toReversed()),
  append: (node, { octet }) => withContents(node, concat(octetsOf(node), octets(octet))),
  prepend: (node, { octet }) => withContents(node, concat(octets(octet), octetsOf(node))),
  cut: (node) => withContents(node, octetsOf(node).subarray(0, -1)),
  change: (node, { octet, number }) => {
    const contents = octetsOf(node)
    return contents.length === 0
      ? [node]
      : withContents(node, contents.with(number % contents.length, octet))
  },
  indefinite: (node) => [
    { ...node, length: octets(0x80), contents: concat(octetsOf(node), octets(0, 0)) },
  ],
  longForm: (node) => {
    const { length } = octetsOf(node)
    return [{ ...node, length: octets(0x83, 0, length >> 8, length & 0xff) }]
  },
  wrongLength: (node, { number }) => [{ ...node, length: octets(number) }],
}

const mutate = (der: Uint8Array, name: string, { at, ...rest }: Choice): Uint8Array => {
  const tree = toTree(der)
  const change = MUTATIONS[name] ?? (() => [])
  const nodes = replaceNode(tree, at % countNodes(tree), (node) => change(node, { at, ...rest }))
  return concat(...nodes.map(fromTree))
}

/** @param der - What is mutated; its tree is taken apart as it was before each mutation. */
export const mutationOf = (der: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(der, fc.constantFrom(...Object.keys(MUTATIONS)), choice)
    .map(([octetsBefore, name, chosen]) => mutate(octetsBefore, name, chosen))
