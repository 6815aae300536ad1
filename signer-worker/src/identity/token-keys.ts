/**
 * Keys that sign tokens, ready to verify with.
 *
 * @module
 */
import type { JWK } from 'jose'
import type { Jwks } from '../config/exports.ts'

/** One key of a set that was checked. */
export type TokenKey = Jwks['keys'][number]

/** By `kid`. The library imports each object once, so keep it as long as the set is the same. */
export type TokenKeys = ReadonlyMap<string, JWK>

/** Finds a client's key by its `kid`; throws `KeysUnavailable` if it cannot be looked up. */
export type FindTokenKey = (kid: string) => Promise<JWK | undefined>

/** Of keys with the same `kid` the last one counts. */
export const compileKeys = (keys: readonly TokenKey[]): TokenKeys =>
  new Map(keys.map((key) => [key.kid, toJwk(key)]))

function toJwk(key: TokenKey): JWK {
  const alg = key.alg === undefined ? {} : { alg: key.alg }
  if (key.kty === 'RSA') return { kty: key.kty, n: key.n, e: key.e, ...alg }
  const point = { kty: key.kty, crv: key.crv, x: key.x, ...alg }
  return key.kty === 'EC' ? { ...point, y: key.y } : point
}
