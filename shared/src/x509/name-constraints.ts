/**
 * The nameConstraints extension (RFC 5280 §4.2.1.10).
 *
 * @module
 */
import type { DerReader } from '../der/reader.ts'
import { contextConstructed } from '../der/tag.ts'
import { readGeneralName, type GeneralName } from './general-name.ts'
import { IPV4_BYTES, IPV6_BYTES } from './ip-address.ts'

/** Names below one of `permitted`, where there is one of the same kind, and below none of `excluded`. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

/** Lengths of an address together with its mask, in bytes. */
const SUBTREE_OCTETS: readonly number[] = [2 * IPV4_BYTES, 2 * IPV6_BYTES]

const PERMITTED = contextConstructed(0)
const EXCLUDED = contextConstructed(1)

/** Takes NameConstraints. Refuses minimum and maximum, which RFC 5280 does not use. */
export function readNameConstraints(reader: DerReader, field: string): NameConstraints {
  const constraints = reader.sequence(field)
  const permitted = readSubtrees(constraints, 'permittedSubtrees', PERMITTED)
  const excluded = readSubtrees(constraints, 'excludedSubtrees', EXCLUDED)
  constraints.end()
  if (permitted.length + excluded.length === 0) throw reader.refusal(field, 'list_empty')
  return { permitted, excluded }
}

function readSubtrees(reader: DerReader, field: string, tag: number): readonly GeneralName[] {
  if (reader.nextTag !== tag) return []
  const subtrees = reader.into(field, tag).list((list, index) => {
    const subtree = list.sequence(index)
    const base = readGeneralName(subtree, 'base', SUBTREE_OCTETS)
    if (base.kind === 'ip' && !isMaskContiguous(base.bytes)) {
      throw subtree.refusal('base', 'ip_mask_not_contiguous')
    }
    subtree.end()
    return base
  })
  if (subtrees.length === 0) throw reader.refusal(field, 'list_empty')
  return subtrees
}

function isMaskContiguous(bytes: Uint8Array): boolean {
  const mask = bytes.subarray(bytes.length / 2)
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits)
}
