import type { DerReader } from '../der/reader.ts'
import { TAG } from '../der/tag.ts'

/** Kinds of algorithm whose parameters say nothing. */
export type AlgorithmKind = 'RSA' | 'EC' | 'Ed25519'

/**
 * Ends an AlgorithmIdentifier with the parameters of an algorithm that has none: NULL for RSA
 * (RFC 3279 §2.3.1, RFC 4055 §5), nothing at all for the others (RFC 5758 §3.2, RFC 8410 §3).
 */
export function endAlgorithm(identifier: DerReader, kind: AlgorithmKind): void {
  const isRsa = kind === 'RSA'
  if (identifier.nextTag !== (isRsa ? TAG.null : undefined)) {
    const words = isRsa ? 'are not NULL, which RSA wants' : `are there, and ${kind} wants none`
    throw identifier.refusal('parameters', 'algorithm_parameters', words)
  }
  if (isRsa) identifier.null('parameters')
  identifier.end()
}
