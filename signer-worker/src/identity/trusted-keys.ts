/**
 * The keys that a client's tokens are verified with: those of its entry, or those that its relay pushed and that have
 * left its set not long ago.
 *
 * @module
 */
import type { JWK } from 'jose'
import { type Jwks, jwksSchema } from '../config/exports.ts'
import { compileKeys, type TokenKeys } from './token-keys.ts'

/** Keys of one client. */
export interface TrustedKeys {
  readonly current: TokenKeys
  readonly retired: readonly RetiredKey[]
}

interface RetiredKey {
  readonly keys: TokenKeys
  /** Epoch ms. */
  readonly notAfterMs: number
}

/** As they are stored: JSON. */
export interface StoredKeys {
  readonly jwks: string
  readonly retired: readonly { readonly jwk: string; readonly notAfterMs: number }[]
}

/** @param pushed - Replaces those of the entry. */
export function compileTrustedKeys(
  entry: Jwks | undefined,
  pushed: StoredKeys | undefined,
): TrustedKeys {
  if (pushed === undefined) return { current: compileKeys(entry?.keys ?? []), retired: [] }
  return {
    current: compileKeys(jwksSchema.parse(JSON.parse(pushed.jwks)).keys),
    retired: pushed.retired.map(({ jwk, notAfterMs }) => ({
      keys: compileKeys(jwksSchema.parse({ keys: [JSON.parse(jwk)] }).keys),
      notAfterMs,
    })),
  }
}

/** A key of the current set comes first. */
export function findTrustedKey(
  { current, retired }: TrustedKeys,
  kid: string,
  nowMs: number,
): JWK | undefined {
  const found = current.get(kid)
  if (found !== undefined) return found
  return retired.find(({ keys, notAfterMs }) => notAfterMs > nowMs && keys.has(kid))?.keys.get(kid)
}
