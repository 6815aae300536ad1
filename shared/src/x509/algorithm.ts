import type { DerReader } from '../der/reader.ts'

const NULL = Uint8Array.of(0x05, 0x00)

/**
 * Takes the parameters of an AlgorithmIdentifier, and ends it.
 *
 * @returns What they are: absent, NULL, or anything else.
 */
export function endAlgorithm(identifier: DerReader): 'none' | 'null' | 'other' {
  if (identifier.nextTag === undefined) return 'none'
  const isNull = identifier.anyMatches('parameters', NULL)
  identifier.end()
  return isNull ? 'null' : 'other'
}
