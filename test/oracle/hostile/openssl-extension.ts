/**
 * Extensions as lines of openssl's configuration.
 * @module
 */
import { fromTree, toTree } from '@edge-issuer/testbed/pki/der-tree'

/**
 * @param extension - In DER.
 * @returns `2.5.29.17=critical,DER:3000`
 */
export function toConfigurationLine(extension: Uint8Array): string {
  const [type, ...rest] = childrenOf(toTree(extension))
  const value = rest.at(-1)
  if (type === undefined || value === undefined) throw new Error('this is no extension')
  const critical = rest.length > 1 ? 'critical,' : ''
  return `${toDotted(octetsOf(type))}=${critical}DER:${Buffer.from(octetsOf(value)).toString('hex')}`
}

type Node = ReturnType<typeof toTree>

const childrenOf = ({ contents }: Node): readonly Node[] =>
  contents instanceof Uint8Array ? [] : contents

const octetsOf = ({ contents }: Node): Uint8Array =>
  contents instanceof Uint8Array ? contents : Buffer.concat(contents.map(fromTree))

/** @param octets - The contents of an OBJECT IDENTIFIER. */
function toDotted(octets: Uint8Array): string {
  const arcs: number[] = []
  let arc = 0
  for (const octet of octets) {
    arc = arc * 128 + (octet & 0x7f)
    if (octet < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [both = 0, ...others] = arcs
  const first = Math.min(2, Math.floor(both / 40))
  return [first, both - 40 * first, ...others].join('.')
}
